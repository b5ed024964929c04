import AudioTranscoding
import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite("In a browser", .timeLimit(.minutes(2)))
struct BrowserTests {
    private struct Seen: Decodable {
        let error: String?
        let duration: Double?
        let ended: Double?
        let renditions: [String]
    }

    /// Runs the player's script on a folder.
    private func play(_ folder: FilePath) async throws -> Seen {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        let python = root.appending(path: ".browser-tools/bin/python").path
        try #require(FileManager.default.fileExists(atPath: python), "run `make setup`: the browser tools are missing")
        let result = try await run(
            .path(FilePath(python)),
            arguments: [root.appending(path: "scripts/browser-playback.py").path, folder.string],
            output: .bytes(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        try #require(result.terminationStatus != .exited(69), "\(result.standardError)")
        return try JSONDecoder().decode(Seen.self, from: Data(result.standardOutput))
    }

    private func transcoded(_ bench: Workbench) async throws -> FilePath {
        let source = try await bench.tone(seconds: 35, output: "song.mp3")
        _ = try await bench.transcoder().transcode(source: source, into: bench.output)
        return bench.output
    }

    @Test("Chromium plays, seeks both ways, switches renditions and comes to the end")
    func plays() async throws {
        let bench = try Workbench()
        let seen = try await play(try await transcoded(bench))
        #expect(seen.error == nil)
        #expect(seen.renditions == ["low", "high"])
        let (duration, ended) = (try #require(seen.duration), try #require(seen.ended))
        #expect(abs(duration - 35) < 0.1 && abs(ended - duration) < 0.1)
    }

    @Test("a missing segment is noticed, so the check means something")
    func missingSegment() async throws {
        let bench = try Workbench()
        let folder = try await transcoded(bench)
        for name in ["high_001.aac", "high_002.aac"] {
            try FileManager.default.removeItem(atPath: folder.appending(name).string)
        }
        let seen = try await play(folder)
        #expect(seen.error?.isEmpty == false)
    }
}
