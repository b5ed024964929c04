import ActivityContracts
import DurableSQLite
import FoundationEssentials
import Logging
import MizzoCatalog
import WorkflowEngine

/// Brings an attempt's progress to the engine (every report) and to the track (at most one row change per second).
struct ProgressReporter: Sendable {
    let track: TrackID
    let database: any DatabaseAccess
    let context: ActivityContext
    let now: @Sendable () -> Date

    private static let interval = Duration.seconds(1)

    /// Runs `body`, which reports percents by calling its argument.
    func reporting<Value: Sendable>(
        _ body: (@escaping @Sendable (Int) -> Void) async throws -> Value
    ) async throws -> Value {
        let (percents, continuation) = AsyncStream<Int>.makeStream(bufferingPolicy: .bufferingNewest(1))
        async let _: Void = store(percents)
        defer { continuation.finish() }
        let context = context
        return try await body { percent in
            context.heartbeat(TranscodeTrack.Progress(percent: percent))
            continuation.yield(percent)
        }
    }

    /// Progress is a courtesy: when it cannot be stored, the next report tries again.
    private func store(_ percents: AsyncStream<Int>) async {
        for await percent in percents {
            let (track, now) = (track, now())
            do {
                try await database.write { try Catalog.setProgress(percent, of: track, at: now, in: $0) }
            } catch {
                context.logger.warning("progress not stored", metadata: ["error": "\(error)"])
            }
            guard (try? await Task.sleep(for: Self.interval)) != nil else { return }
        }
    }
}
