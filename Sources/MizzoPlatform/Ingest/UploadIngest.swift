import ActivityContracts
import CloudServices
import DurableSQLite
import Logging
import MizzoCatalog
import ServiceLifecycle
import Synchronization
import WorkflowEngine

/// Takes upload events from the queue as fast as tracks can be transcoded, and tells each track's workflow: exactly once per
/// upload, however often and in whatever order events arrive.
///
/// The signal and the deletion of its message are one transaction. It looks when the database changes, when it is poked, and
/// when hidden messages may be visible again.
struct UploadIngest: Service {
    let database: DurableDatabase
    let queue: EmbeddedQueue
    let bucket: String
    let publishing: TrackPublishing
    let capacity: TranscodingCapacity
    let wakeups = Wakeups()
    let logger: Logger

    /// How long a message is hidden from other pollers; handling one takes milliseconds.
    static let visibilityTimeout = Duration.seconds(30)
    /// The longest time without a look.
    private static let idleLimit = Duration.seconds(60)
    /// The shortest time between two looks: a busy database changes hundreds of times per second.
    private static let pause = Duration.milliseconds(50)
    private static let batchLimit = 10

    /// What one look did.
    struct Report: Equatable, Sendable {
        /// Uploads that were handed to their workflows.
        var accepted = 0
        /// Events nobody waits for: test events, other keys, uploads of runs that have ended.
        var ignored = 0
        /// Messages that are no events.
        var rejected = 0
        var isEmpty: Bool { self == Report() }
    }

    func run() async throws {
        let observation = database.observe { _, _ in wakeups.wake() }
        defer { observation.cancel() }
        await withGracefulShutdownHandler {
            while !Task.isCancelled, !wakeups.isClosed {
                await look()
                try? await Task.sleep(for: Self.pause)
                await wakeups.wait(atMost: await idleTime())
            }
        } onGracefulShutdown: {
            wakeups.close()
        }
    }

    /// Handles everything there is capacity for.
    private func look() async {
        do {
            while !(try await runOnce().isEmpty) {}
        } catch {
            logger.error("upload events could not be handled, trying again", metadata: ["error": "\(error)"])
        }
    }

    private func idleTime() async -> Duration {
        guard let counts = try? await queue.counts(), counts.inFlight + counts.delayed > 0 else {
            return Self.idleLimit
        }
        return Self.visibilityTimeout
    }

    /// Takes one batch.
    func runOnce() async throws -> Report {
        guard try await queue.counts().visible > 0 else { return Report() }
        let limit = min(Self.batchLimit, try await capacity.free())
        guard limit > 0 else { return Report() }
        var report = Report()
        for message in try await queue.receive(limit: limit, visibilityTimeout: Self.visibilityTimeout) {
            try await handle(message, &report)
        }
        return report
    }

    private func handle(_ message: QueueMessage, _ report: inout Report) async throws {
        let uploads: [Upload]
        do {
            uploads = try Upload.all(in: message.body, bucket: bucket)
        } catch {
            logger.warning("upload event rejected", metadata: ["message-id": "\(message.id)", "error": "\(error)"])
            report.rejected += 1
            return try await queue.reject(message.receipt, reason: "\(error)")
        }
        do {
            let (queue, publishing) = (queue, publishing)
            let accepted = try await database.write { database in
                try queue.delete(message.receipt, in: database)
                return try uploads.count { try publishing.trackUploaded($0.track, $0.object, in: database) }
            }
            report.accepted += accepted
            report.ignored += accepted == 0 ? 1 : 0
        } catch let error as QueueError where error.code == "receipt-handle-stale" {
            // Another poller has the message now.
            report.ignored += 1
        }
    }
}
