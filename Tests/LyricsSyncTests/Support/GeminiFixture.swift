import AsyncHTTPClient
import FoundationEssentials
import GeminiSimulator
import Logging
import LyricsSync

/// A simulator, a real client and a request with a small file, for one test.
struct GeminiFixture: Sendable {
    static let key = "AIzaSy-test-key-0123456789"
    static let durationMs = 20_000

    let simulator: GeminiSimulator
    let client: HTTPClient
    let baseURL: String
    let filePath: String

    var configuration: GeminiConfiguration {
        var configuration = GeminiConfiguration(apiKey: GeminiAPIKey(Self.key))
        configuration.baseURL = baseURL
        return configuration
    }

    var request: LyricsRequest {
        LyricsRequest(
            title: "Silver Road",
            artist: "The Testers",
            language: "english",
            artistLyrics: "walking down the road\nnever looking back",
            durationMilliseconds: Self.durationMs,
            audio: .file(filePath, mimeType: "audio/mpeg")
        )
    }

    func provider(_ change: (inout GeminiConfiguration) -> Void = { _ in }) -> GeminiLyricsProvider {
        var configuration = configuration
        change(&configuration)
        return GeminiLyricsProvider(configuration: configuration, client: client, logger: Logger(label: "test"))
    }

    /// The error of one call, or nil when it gave an outcome.
    func error(
        _ request: LyricsRequest? = nil,
        _ change: (inout GeminiConfiguration) -> Void = { _ in }
    ) async throws
        -> GeminiError?
    {
        do {
            _ = try await provider(change).synchronize(request ?? self.request)
            return nil
        } catch let error as GeminiError {
            return error
        }
    }
}

/// Runs `body` with a simulator that answers from `script`, and cleans up.
func withGemini<Value: Sendable>(
    _ script: GeminiAnswer...,
    body: @Sendable (GeminiFixture) async throws -> Value
) async throws -> Value {
    let simulator = GeminiSimulator(apiKey: GeminiFixture.key, script: script)
    let client = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: GeminiLyricsProvider.httpClientConfiguration
    )
    return try await withTemporaryDirectory { directory in
        let path = directory + "/track.mp3"
        try Data("ID3 not really audio".utf8).write(to: URL(filePath: path))
        do {
            let value = try await simulator.withServer { baseURL in
                try await body(
                    GeminiFixture(simulator: simulator, client: client, baseURL: baseURL, filePath: path)
                )
            }
            try await client.shutdown()
            return value
        } catch {
            try? await client.shutdown()
            throw error
        }
    }
}

/// Runs `body` with a directory that is removed afterwards.
func withTemporaryDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let directory = FileManager.default.temporaryDirectory.appending(path: "lyrics-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory.path)
}
