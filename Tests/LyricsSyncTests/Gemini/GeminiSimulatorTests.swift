import AsyncHTTPClient
import FoundationEssentials
import GeminiSimulator
import LyricsSync
import NIOCore
import NIOHTTP1
import Testing

@Suite("Gemini simulator")
struct GeminiSimulatorTests {
    static func post(
        _ body: String,
        to gemini: GeminiFixture,
        path: String = "/v1beta/models/gemini-3-flash-preview"
    )
        async throws -> (status: UInt, body: String)
    {
        var request = HTTPClientRequest(url: gemini.baseURL + path + ":generateContent")
        request.method = .POST
        request.headers.add(name: "x-goog-api-key", value: GeminiFixture.key)
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await gemini.client.execute(request, timeout: .seconds(20))
        return (response.status.code, String(buffer: try await response.body.collect(upTo: 1_000_000)))
    }

    @Test(
        "camelCase and snake_case are accepted, enum values in any case",
        arguments: [
            #"{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"#
                + #""generationConfig":{"thinkingConfig":{"thinkingLevel":"low"}}}"#,
            #"{"contents":[{"parts":[{"inline_data":{"mime_type":"audio/mp3","data":"AAAA"}}]}],"#
                + #""generation_config":{"thinking_config":{"thinking_level":"LOW"}},"#
                + #""system_instruction":{"parts":[{"text":"x"}]}}"#,
        ]
    )
    func accepted(_ body: String) async throws {
        let answer = try await withGemini(.text("{}")) { try await Self.post(body, to: $0) }
        #expect(answer.status == 200)
        #expect(answer.body.contains("\"finishReason\":\"STOP\""))
    }

    @Test(
        "what the service refuses is refused",
        arguments: [
            (
                #"{"contents":[{"parts":[{"text":"hi","colour":1}]}]}"#,
                "Unknown name \\\"colour\\\" at 'contents.parts'"
            ),
            (#"{"contents":[{"parts":[{"text":"hi"}]}],"prompt":1}"#, "Unknown name"),
            (#"{"contents":[]}"#, "contents is not specified"),
            (#"{"contents":[{"parts":[{"text":"a","inlineData":{"mimeType":"audio/mp3","data":"AAAA"}}]}]}"#, "oneof"),
            (#"{"contents":[{"parts":[{"inlineData":{"mimeType":"audio/midi","data":"AAAA"}}]}]}"#, "MIME type"),
            (#"{"contents":[{"parts":[{"inlineData":{"mimeType":"audio/mp3","data":"%%"}}]}]}"#, "Base64"),
            (
                #"{"contents":[{"parts":[{"fileData":{"mimeType":"audio/mp3","fileUri":"http://127.0.0.1:9/x"}}]}]}"#,
                "Cannot fetch"
            ),
            (#"{"contents":"#, "Invalid JSON"),
        ]
    )
    func refused(_ body: String, _ message: String) async throws {
        let answer = try await withGemini(.text("{}")) { try await Self.post(body, to: $0) }
        #expect(answer.status == 400)
        #expect(answer.body.contains(message), "\(answer.body)")
    }

    @Test("an unknown model is not found")
    func unknownModel() async throws {
        let body = #"{"contents":[{"parts":[{"text":"hi"}]}]}"#
        let answer = try await withGemini(.text("{}")) { gemini in
            try await Self.post(body, to: gemini, path: "/v1/models/gemini-0")
        }
        #expect(answer.status == 404)
        #expect(answer.body.contains("models/gemini-0 is not found for API version v1"))
    }

    @Test("the demonstration script answers with the lyrics of the request")
    func demonstration() async throws {
        let outcome = try await withGemini(.artistLyricsFromRequest) { gemini in
            try await gemini.provider().synchronize(gemini.request)
        }
        #expect(try AlignerTests.lyrics(outcome).lines.map(\.text) == ["walking down the road", "never looking back"])
    }
}
