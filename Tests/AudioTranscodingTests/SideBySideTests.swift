import Logging
import SystemPackage
import Testing

@testable import AudioTranscoding

@Suite("Decoders side by side", .timeLimit(.minutes(1)))
struct SideBySideTests {
    @Test("a transcoding takes two decoders where a core is idle, and one where all are busy")
    func counts() {
        for (cores, expected) in [(1, [1, 1, 1]), (2, [2, 1, 1]), (3, [2, 1, 1]), (4, [2, 2, 1]), (8, [2, 2, 2])] {
            let decoders = DecoderCount(coreCount: cores)
            #expect((0..<3).map { _ in decoders.begin() } == expected, "\(cores) cores")
            for count in expected { decoders.end(count) }
            #expect(decoders.begin() == expected[0], "\(cores) cores, idle again")
        }
    }

    @Test(
        "a container's share of the processors counts in whole ones",
        arguments: [("max 100000\n", nil), ("200000 100000\n", 2), ("150000 100000", 1), ("", nil)] as [(String, Int?)]
    )
    func containers(limit: String, cores: Int?) {
        #expect(DecoderCount.quota(limit) == cores)
    }

    @Test("one decoder and two make the same files, loudness and waveform, whatever the file says of itself")
    func sameResult() async throws {
        let bench = try Workbench()
        let tag = "comment=Summary: part one  I: -3.0 LUFS"
        let source = try await bench.tone(seconds: 21, ["-b:a", "96k", "-metadata", tag], output: "a.mp3")
        var results: [TranscodedAudio] = []
        for cores in [1, 2] {
            let transcoder = AudioTranscoder(
                configuration: .init(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                decoders: DecoderCount(coreCount: cores)
            )
            results.append(try await transcoder.transcode(source: source, into: bench.root.appending("\(cores)")))
        }
        #expect(results[0] == results[1] && results[0].loudness.integratedLUFS != nil)
        for file in results[0].publishingOrder {
            let bytes = try ["1", "2"].map { try bench.read(bench.root.appending($0).appending(file.name)) }
            #expect(bytes[0] == bytes[1], "\(file.name)")
        }
        let plan = DecodingPlan(format: .mp3, source: source, durationLimit: .seconds(60), graphOption: "")
        #expect(plan.split(over: 2).map(\.renditions) == [[.high], [.low]])
        #expect(plan.split(over: 2).map(\.measures) == [false, true])
    }

    @Test("the one that fails ends the other, and its failure is the one that is told")
    func failure() async throws {
        let error = await transcodingError {
            _ = try await DecoderProcess.run([Self.shell("echo >&2; exec sleep 600"), Self.shell("exit 3")]) { _ in }
        }
        #expect(error?.code == .decoderFailed)
    }

    @Test("the position is that of the slower one")
    func positions() async throws {
        let log = Log<Double>()
        let (fast, slow) = ("echo out_time_us=9000000", "echo out_time_us=2000000; echo out_time_us=3000000")
        _ = try await DecoderProcess.run([Self.shell(fast), Self.shell(slow)]) { log.append($0) }
        #expect(log.values.contains(3) && log.values.allSatisfy { [0, 2, 3].contains($0) })
        #expect(log.values == log.values.sorted())
    }

    @Test("the endings come in the order of the processes, whichever is done first")
    func order() async throws {
        let (first, second) = (Self.shell("sleep 0.2; echo first >&2"), Self.shell("echo second >&2"))
        let endings = try await DecoderProcess.run([first, second]) { _ in }
        #expect(endings.map(\.messages) == ["first\n", "second\n"])
    }

    /// In the place of a decoder.
    private static func shell(_ script: String) -> DecoderProcess {
        let command = Isolation.Command(executable: "/bin/sh", arguments: ["-c", script])
        return DecoderProcess(command: command, filterGraph: "", wallClockMax: .seconds(600))
    }
}
