import Foundation
import Testing
import WorkflowCore
import WorkflowEngine

@Suite("JSON payloads") struct PayloadCodecTests {
    private let codec = JSONPayloadCodec()

    private func foundation<Value: Encodable>(_ value: Value) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    @Test(
        "a text has Foundation's bytes and comes back",
        arguments: [
            "", " ", "plain", "with \"quotes\"", "back\\slash", "a/b", "line\nbreak", "tab\t", "\u{7f}", "\u{0}", "é",
            "🎵",
            String(repeating: "x", count: 5000),
        ]
    )
    func texts(text: String) throws {
        let payload = try #require(try codec.encode(text))
        #expect(payload.data == (try foundation(text)))
        #expect(try codec.decode(String.self, from: payload) == text)
    }

    @Test("a whole number has Foundation's bytes and comes back", arguments: [0, 1, -1, 42, 10, -100, .max, .min])
    func numbers(number: Int) throws {
        let payload = try #require(try codec.encode(number))
        #expect(payload.data == (try foundation(number)))
        #expect(try codec.decode(Int.self, from: payload) == number)
    }

    @Test("truth values have Foundation's bytes and come back", arguments: [true, false])
    func truths(truth: Bool) throws {
        let payload = try #require(try codec.encode(truth))
        #expect(payload.data == (try foundation(truth)))
        #expect(try codec.decode(Bool.self, from: payload) == truth)
    }

    @Test(
        "other spellings are read, or refused, as Foundation does",
        arguments: [
            "7", " 7 ", "7.0", "1e2", "-0", "007", "+7", "", "-", "0x7", "7a", "999999999999999999999", "null", "true",
            "false",
            " true", "\"7\"", "\"a\\u0062\"", "\"open", "\"a\"b\"", "\"\u{1}\"", "\"", "[1]",
        ]
    )
    func spellings(json: String) throws {
        func reading<Value: Decodable & Equatable>(_ type: Value.Type) -> Bool {
            let payload = Payload(data: Array(json.utf8))
            let expected = try? JSONDecoder().decode(type, from: Data(json.utf8))
            return (try? codec.decode(type, from: payload)) == expected
        }
        #expect(reading(Int.self))
        #expect(reading(String.self))
        #expect(reading(Bool.self))
    }
}
