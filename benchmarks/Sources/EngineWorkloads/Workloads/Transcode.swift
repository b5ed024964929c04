import AudioTranscoding
import Foundation
import Logging
import SystemPackage
import WorkflowEngine

/// A three-minute track through a workflow and its activity, against ffmpeg that makes the same renditions.
struct Transcode: Workload {
    let name = "transcode"

    func measure(_ bench: Bench) async throws -> [ReportRow] {
        let seconds = bench.pick(tiny: 2, standard: 180)
        return try await bench.withFile("track") { path in
            let track = path + ".mp3"
            try FFmpeg.makeTrack(track, seconds: seconds)
            var whole: [Double] = []
            let pairs = try await bench.interleaved {
                whole.append(try FFmpeg.everything(track, into: path))
                return try FFmpeg.renditions(track, into: path)
            } engine: {
                try await throughWorkflow(track, path)
            }
            return rows(seconds, pairs.map(\.engine), bare: pairs.map(\.floor), whole: whole)
        }
    }

    private func rows(_ seconds: Int, _ values: [Double], bare: [Double], whole: [Double]) -> [ReportRow] {
        [
            ReportRow(
                "transcode",
                "a track of \(seconds) s through a workflow",
                unit: "s",
                values: values,
                floors: bare,
                goal: .ratioAtMost(1.02),
                bound: "one encoder per core, and a second decoding; with one core, loudness and waveform",
                tried: "two decoders where a core is idle: 1.3 of the floor before"
            ),
            ReportRow(
                "transcode-same-work",
                "the same against ffmpeg doing all the work",
                unit: "s",
                values: values,
                floors: whole,
                goal: .ratioAtMost(1.02),
                bound: "one encoder per core, and a second decoding; with one core, starting the confined decoder",
                tried: "two decoders where a core is idle: 1.1 of the floor before"
            ),
        ]
    }

    private func throughWorkflow(_ track: String, _ path: String) async throws -> Double {
        let file = "\(path)-\(UUID().uuidString)"
        let activity = TranscodeFileActivity(
            transcoder: AudioTranscoder(logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        )
        return try await EngineSession.with(file, workflows: [TranscodeOnce.self], activities: [activity]) { session in
            let begun = ContinuousClock.now
            let input = TranscodeFile.Input(source: track, directory: file + ".hls")
            _ = try await session.client.start(TranscodeOnce.self, id: "track", input: input).result()
            return begun.duration(to: .now).milliseconds / 1000
        }
    }
}

private enum TranscodeFile: ActivityContract {
    struct Input: Codable, Sendable {
        var source: String
        var directory: String
    }
    typealias Output = Int
    static let name = "TranscodeFile"
    static let options = ActivityOptions(startToCloseTimeout: .seconds(600), retryPolicy: .none)
}

private struct TranscodeFileActivity: Activity {
    typealias Contract = TranscodeFile
    let transcoder: AudioTranscoder

    func execute(_ input: TranscodeFile.Input, context: ActivityContext) async throws -> Int {
        try await transcoder.transcode(source: FilePath(input.source), into: FilePath(input.directory)).totalByteCount
    }
}

private struct TranscodeOnce: Workflow {
    static let name = "TranscodeOnce"
    func run(_ workflow: WorkflowContext, input: TranscodeFile.Input) async throws -> Int {
        try await workflow.execute(TranscodeFile.self, input)
    }
}
