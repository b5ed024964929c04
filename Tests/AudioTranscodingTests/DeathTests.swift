import AudioTranscoding
import Glibc
import Subprocess
import SystemPackage
import Testing

@Suite("Death of a transcoding", .timeLimit(.minutes(1)))
struct DeathTests {
    static let sandboxes: [TranscodingConfiguration.Sandbox] = [.automatic, .processLimitsOnly]

    @Test("cancellation kills the decoder, removes what it wrote, and throws cancelled", arguments: sandboxes)
    func cancellation(_ sandbox: TranscodingConfiguration.Sandbox) async throws {
        let bench = try Workbench()
        let source = try bench.longRecording()
        let (positions, continuation) = AsyncStream<Double>.makeStream()
        let task = Task {
            try await bench.transcoder { $0.sandbox = sandbox }.transcode(source: source, into: bench.output) {
                continuation.yield($0.encodedSeconds)
            }
        }
        for await position in positions where position > 0 { break }
        #expect(!bench.processes().isEmpty, "the decoder must be running, else this test shows nothing")
        task.cancel()
        let error = await transcodingError { _ = try await task.value }
        #expect(error?.code == .cancelled)
        try await bench.waitUntilDeserted()
        #expect(bench.names(in: bench.root) == ["long.wav"])
    }

    @Test("kill -9 of the parent kills the decoder; the next run clears away what was left", arguments: sandboxes)
    func parentKilled(_ sandbox: TranscodingConfiguration.Sandbox) async throws {
        let bench = try Workbench()
        let source = try bench.longRecording()
        let probe = try Self.probe()
        let result = try await run(
            .path(probe),
            arguments: [source.string, bench.output.string, sandbox.rawValue],
            input: .none,
            output: .sequence,
            error: .discarded
        ) { execution in
            for try await line in execution.standardOutput.strings() where !line.hasSuffix(" 0.0") { break }
            #expect(bench.processes().count > 1, "probe and decoder must be running, else this test shows nothing")
            try execution.send(signal: .kill)
        }
        #expect(result.terminationStatus == .signaled(SIGKILL))
        try await bench.waitUntilDeserted()
        #expect(bench.names(in: bench.output) == nil)
        let left = try #require(bench.names(in: bench.root)?.first { $0.hasPrefix(".track.partial.") })
        let scratch = try bench.read(bench.root.appending(left).appending("work/wave.s16"))
        #expect(scratch.count < 7_000 * 16_000 / 2, "the decoder must have been killed, not have finished")

        let short = try await bench.tone(seconds: 1, output: "short.flac")
        _ = try await bench.transcoder().transcode(source: short, into: bench.output)
        #expect(bench.names(in: bench.root) == ["long.wav", "short.flac", "track"])
    }

    @Test("a transcoding does not clear away the private directory of one that is running")
    func concurrentRuns() async throws {
        let bench = try Workbench()
        let source = try await bench.tone(seconds: 11, output: "a.flac")
        let transcoder = bench.transcoder()
        let results = try await withThrowingTaskGroup(of: TranscodedAudio.self) { group in
            for _ in 0..<3 { group.addTask { try await transcoder.transcode(source: source, into: bench.output) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count == 3 && results.allSatisfy { $0 == results[0] })
        #expect(HLSVerifier.verify(directory: bench.output) == [])
        #expect(bench.names(in: bench.root) == ["a.flac", "track"])
    }

    /// The helper executable, built beside the test bundle.
    private static func probe() throws -> FilePath {
        let resolved = try #require(realpath("/proc/self/exe", nil))
        defer { free(resolved) }
        return FilePath(String(cString: resolved)).removingLastComponent().appending("transcode-probe")
    }
}

extension Workbench {
    /// Nearly two hours of silence: a WAV header and a hole, so that it costs nothing to make, and far longer to
    /// transcode than the time limit of a test, so that no decoder ends by itself.
    func longRecording() throws -> FilePath {
        func bytes(_ value: UInt32, _ width: Int) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let audioBytes: UInt32 = 7_000 * 176_400
        let format = bytes(16, 4) + bytes(1, 2) + bytes(2, 2) + bytes(44_100, 4) + bytes(176_400, 4) + bytes(4, 2)
        let head = Array("RIFF".utf8) + bytes(audioBytes + 36, 4) + Array("WAVEfmt ".utf8) + format + bytes(16, 2)
        let path = try write(head + Array("data".utf8) + bytes(audioBytes, 4), to: "long.wav")
        try #require(truncate(path.string, Int(audioBytes) + 44) == 0)
        return path
    }
}
