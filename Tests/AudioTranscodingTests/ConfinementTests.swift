import Foundation
import Logging
import Subprocess
import SystemPackage
import Testing

@testable import AudioTranscoding

@Suite("Confinement of the decoder", .timeLimit(.minutes(1)))
struct ConfinementTests {
    @Test("a decoder whose parent died before opening the gate ends by itself and writes nothing")
    func orphan() async throws {
        let bench = try Workbench()
        let source = try await bench.tone(seconds: 2, output: "a.flac")
        let work = bench.root.appending("work")
        try FilePath.makeDirectory(work)
        let isolation = try Isolation(mode: .processLimits, configuration: .init())
        let plan = DecodingPlan(
            format: .flac,
            source: source,
            durationLimit: .seconds(10),
            graphOption: "-filter_complex_script"
        )
        let command = isolation.command(plan.arguments, source: source, work: work)
        let result = try await run(
            .path(command.executable),
            arguments: Arguments(command.arguments),
            workingDirectory: work,
            input: .none,
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        #expect(!result.terminationStatus.isSuccess)
        #expect(bench.names(in: work)?.contains { $0.hasSuffix(".aac") } == false)
    }

    @Test("a decoder outlives the thread that asked for it")
    func threadDeath() async throws {
        let bench = try Workbench()
        let source = try await bench.tone(seconds: 30, output: "a.flac")
        let transcoder = bench.transcoder { $0.sandbox = .processLimitsOnly }
        let executor = ThreadPerJobExecutor()
        let audio = try await Task(executorPreference: executor) {
            try await transcoder.transcode(source: source, into: bench.output)
        }.value
        #expect(audio.durationMilliseconds == 30_000)
    }

    @Test("a playlist that got past the inspection still cannot be followed")
    func demuxerIsFixed() async throws {
        let bench = try Workbench()
        let victim = try await bench.tone(seconds: 3, output: "victim.mp3")
        let playlist = try bench.write(
            "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://\(victim)\n#EXT-X-ENDLIST\n".utf8,
            to: "song.mp3"
        )
        var configuration = TranscodingConfiguration()
        configuration.sandbox = .processLimitsOnly
        let probe = EnvironmentProbe(configuration: configuration, logger: Logger(label: "test"))
        let finding = try await probe.find()
        for format in SourceFormat.allCases {
            let plan = DecodingPlan(
                format: format,
                source: finding.isolation.visibleSource(playlist),
                durationLimit: .seconds(10),
                graphOption: finding.graphOption
            )
            let work = bench.root.appending("work-\(format)")
            try FilePath.makeDirectory(work)
            let process = DecoderProcess(plan, in: finding.isolation, source: playlist, work: work)
            let ending = try await process.run { _ in }
            #expect(DecoderReport.failure(ending) != nil, "\(format)")
            for name in bench.names(in: work) ?? [] {
                #expect(try bench.read(work.appending(name)).isEmpty, "\(format) \(name)")
            }
        }
    }

    @Test("inside bubblewrap there is no network, no other file, and no environment")
    func namespaces() async throws {
        let bench = try Workbench()
        guard try await bench.transcoder().environment().isolation == .bubblewrap else { return }
        var configuration = TranscodingConfiguration()
        configuration.ffmpegPath = "/usr/bin/find"
        let isolation = try Isolation(mode: .bubblewrap, configuration: configuration)
        let arguments = ["/etc/passwd", bench.root.string, "/sys", "/home", "/proc/net/dev", "/job", "-maxdepth", "0"]
        let command = isolation.command(arguments, source: nil, work: bench.root)
        let result = try await run(
            .path(command.executable),
            arguments: Arguments(command.arguments),
            output: .string(limit: 1 << 16),
            error: .discarded
        )
        #expect(result.standardOutput == "/proc/net/dev\n/job\n")
    }
}

/// Runs every job on a thread of its own that ends right after it.
private final class ThreadPerJobExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        Thread.detachNewThread { job.runSynchronously(on: executor) }
    }
}
