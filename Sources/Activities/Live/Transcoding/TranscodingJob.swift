import ActivityContracts
import AudioTranscoding
import CloudServices
import FoundationEssentials
import MizzoCatalog
import Synchronization
import WorkflowEngine

/// What `mizzo-transcoder` does: one track, from the bucket into the bucket, with a report.
public struct TranscodingJob: Sendable, Codable, Equatable {
    /// The variable of the container that holds the job as JSON.
    public static let variable = "MIZZO_TRANSCODING_JOB"

    /// The container's exit code.
    public enum Ending: Int32, Sendable {
        /// The result is in the bucket.
        case done = 0
        /// The upload is at fault (`EX_DATAERR`).
        case unusable = 65
        /// Another try may succeed (`EX_TEMPFAIL`).
        case failed = 75
    }

    /// What to transcode.
    public let input: TranscodeTrack.Input
    /// Names the launch; part of the report's key.
    public let token: String

    /// - Throws: ``ObjectStoreError`` when the token cannot be part of a key.
    public init(input: TranscodeTrack.Input, token: String) throws {
        _ = try TranscodingReport.key(input.trackID, token: token)
        self.input = input
        self.token = token
    }

    /// Reads ``variable``; `nil` when it is missing or no job.
    public init?(environment: [String: String]) {
        guard let text = environment[Self.variable],
            let job = try? JSONDecoder().decode(TranscodingJob.self, from: Data(text.utf8)),
            (try? TranscodingReport.key(job.input.trackID, token: job.token)) != nil
        else { return nil }
        self = job
    }

    /// The job as ``variable``: the same bytes in every process, since ECS refuses a token that comes back with another request.
    func environment() throws -> [String: String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [Self.variable: String(decoding: try encoder.encode(self), as: UTF8.self)]
    }

    /// Does the job and reports.
    ///
    /// - Parameter folder: exists and is empty.
    /// - Returns: how it ended, and what to say about it.
    public func run(
        store: any ObjectStore,
        transcoder: AudioTranscoder,
        folder: String
    ) async -> (ending: Ending, explanation: String) {
        let work = TrackTranscoding(store: store, transcoder: transcoder)
        let state = Mutex(TranscodingReport())
        do {
            let key = try TranscodingReport.key(input.trackID, token: token)
            let reports = ReportWriter(key: key, store: store)
            let output = try await reports.writing { send in
                try await work.run(input, in: folder) { facts in
                    send(state.change { $0.source = .init(facts) })
                } report: { percent in
                    if let percent { send(state.change { $0.percent = max($0.percent, percent) }) }
                }
            }
            try await state.change {
                ($0.state, $0.percent, $0.output) = (.done, 100, output)
            }.write(key, to: store)
            return (.done, "transcoded \(output.objectCount) objects")
        } catch {
            return await failed(error, state.withLock { $0 }, store)
        }
    }

    private func failed(
        _ error: any Error,
        _ report: TranscodingReport,
        _ store: any ObjectStore
    ) async -> (ending: Ending, explanation: String) {
        var report = report
        let known = error as? ApplicationError
        let isUnusable = known?.type == TranscodeTrack.unusableAudio
        report.state = isUnusable ? .unusable : .failed
        report.code = known?.type ?? "\(type(of: error))"
        report.message = "\(error)"
        do {
            try await report.write(TranscodingReport.key(input.trackID, token: token), to: store)
        } catch {
            return (.failed, "\(report.message ?? "failed"); and the report was not stored: \(error)")
        }
        return (isUnusable ? .unusable : .failed, report.message ?? "failed")
    }
}

/// Writes reports one after the other while the work goes on: the newest wins, at most one per second.
private struct ReportWriter: Sendable {
    let key: ObjectKey
    let store: any ObjectStore

    private static let interval = Duration.seconds(1)

    /// Runs `body`, which reports by calling its argument.
    func writing<Value: Sendable>(
        _ body: (@escaping @Sendable (TranscodingReport) -> Void) async throws -> Value
    ) async throws -> Value {
        let (reports, continuation) = AsyncStream<TranscodingReport>.makeStream(bufferingPolicy: .bufferingNewest(1))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await report in reports {
                    // A lost report costs a moment of progress.
                    try? await report.write(key, to: store)
                    try await Task.sleep(for: Self.interval)
                }
            }
            // The writer has ended before the caller writes the last report.
            let result: Result<Value, any Error>
            do {
                result = .success(try await body { continuation.yield($0) })
            } catch {
                result = .failure(error)
            }
            continuation.finish()
            group.cancelAll()
            while (try? await group.next()) != nil {}
            return try result.get()
        }
    }
}

extension Mutex where Value == TranscodingReport {
    /// Changes the report and gives the new one.
    fileprivate func change(_ body: (inout TranscodingReport) -> Void) -> TranscodingReport {
        withLock { report in
            body(&report)
            return report
        }
    }
}
