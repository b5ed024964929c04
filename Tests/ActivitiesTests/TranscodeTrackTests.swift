import Activities
import ActivityContracts
import AudioTranscoding
import CloudServices
import DurableSQLite
import Logging
import MizzoCatalog
import Testing
import WorkflowEngine

@Suite("Transcoding a track", .timeLimit(.minutes(3)))
struct TranscodeTrackTests {
    private func activity(_ bench: ActivityBench) -> TranscodeTrackActivity {
        let runner = LocalTranscoding(
            store: bench.store,
            transcoder: AudioTranscoder(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            jobRoot: bench.jobs
        )
        return TranscodeTrackActivity(runner: runner, database: bench.database)
    }

    @Test("a second attempt writes the same objects, and no temporary file stays")
    func repeats() async throws {
        let bench = try await ActivityBench()
        let source = try await bench.upload(tone(seconds: 12))
        try await bench.move(to: .processing)
        let input = TranscodeTrack.Input(trackID: ActivityBench.track, source: source)

        let first = try await bench.run(activity(bench), input)
        let prefix = "transcoded-track/\(ActivityBench.track)/"
        let objects = try await bench.store.list(prefix: prefix).objects
        let second = try await bench.run(activity(bench), input)
        let again = try await bench.store.list(prefix: prefix).objects

        #expect(first == second)
        #expect(first.masterKey == prefix + "master.m3u8")
        #expect(abs(first.durationMilliseconds - 12_000) < 50)
        #expect(objects.map(\.key.lastComponent).contains("high_001.aac"))
        #expect(objects.count == first.objectCount)
        #expect(objects.map(\.etag) == again.map(\.etag))
        #expect(bench.jobsLeft.isEmpty)
    }

    @Test("the upload's ticket is sealed with what was transcoded")
    func seals() async throws {
        let bench = try await ActivityBench()
        let source = try await bench.upload(tone(seconds: 2))
        try await bench.move(to: .processing)
        _ = try await bench.run(activity(bench), .init(trackID: ActivityBench.track, source: source))
        let id = try #require(ActivityBench.trackID)
        let sealed = try await bench.database.read {
            try Catalog.uploadTicket(UploadID(audioOf: id), in: $0)?.sealed
        }
        #expect(sealed?.etag == source.entityTag)
        #expect(sealed?.byteCount == Int64(source.byteCount))
        #expect(sealed?.sha256?.utf8.count == 64)
    }

    @Test("a file that is no audio is refused once, with a sentence for the artist")
    func unusable() async throws {
        let bench = try await ActivityBench()
        let source = try await bench.upload(Array("#EXTM3U\nhttp://example.com/\n".utf8))
        try await bench.move(to: .processing)
        let error = await #expect(throws: WorkflowEndedError.self) {
            try await bench.run(activity(bench), .init(trackID: ActivityBench.track, source: source))
        }
        #expect(error?.reason?.type == TranscodeTrack.unusableAudio)
        #expect(error?.reason?.message.hasPrefix("This file is an M3U playlist, not a recording") == true)
        #expect(bench.jobsLeft.isEmpty)
    }

    @Test("another version of the upload is never transcoded")
    func pinned() async throws {
        let bench = try await ActivityBench()
        var source = try await bench.upload(tone(seconds: 2))
        source.entityTag = "another"
        let pinned = source
        let error = await #expect(throws: WorkflowEndedError.self) {
            try await bench.run(activity(bench), .init(trackID: ActivityBench.track, source: pinned))
        }
        #expect(error?.reason?.type == TranscodeTrack.unusableAudio)
    }
}
