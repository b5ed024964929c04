import ActivityContracts
import CloudServices
import DurableSQLite
import Logging
import MizzoCatalog
import WorkflowEngine

/// Takes upload events from the queue as fast as tracks can be transcoded, and tells each track's workflow: exactly once per
/// upload, however often and in whatever order events arrive.
///
/// With the embedded queue the signal and the deletion of its message are one transaction; it looks when the database changes,
/// when it is poked, and when hidden messages may be visible again. With another queue the message is deleted after the signal is
/// durable, and an event that comes again is recognised by the upload's etag; it waits at the queue while there is capacity.
struct UploadIngest: Sendable {
    let database: DurableDatabase
    let queue: any MessageQueue
    let objects: any ObjectStore
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
    /// How long a queue elsewhere is waited at.
    private static let longPoll = Duration.seconds(20)
    /// The time between two looks after a failure.
    private static let failurePause = Duration.seconds(5)

    private var embedded: EmbeddedQueue? { queue as? EmbeddedQueue }

    /// Takes events until the task is cancelled; what was taken by then is handled before it throws `CancellationError`.
    func follow(_ journal: IngestJournal) async throws {
        let observation = database.observe { _, _ in wakeups.wake() }
        defer { observation.cancel() }
        while true {
            let isHealthy = await look(journal)
            try await Task.sleep(for: Self.pause)
            await wakeups.wait(atMost: isHealthy ? await idleTime() : Self.failurePause)
        }
    }

    /// Handles everything there is capacity for.
    ///
    /// - Returns: `false` when something failed.
    private func look(_ journal: IngestJournal) async -> Bool {
        do {
            while !Task.isCancelled {
                let free = try await capacity.free()
                journal.looks(at: SystemClock().now, freeCapacity: free)
                let counts = try await takeBatch(atMost: free, wait: Self.longPoll)
                journal.add(counts)
                if counts == TakeUploads.Counts() { break }
            }
            return true
        } catch {
            // Clients report a cancellation in their own words.
            if Task.isCancelled { return true }
            logger.error("upload events could not be handled, trying again", metadata: ["error": "\(error)"])
            journal.fail(error)
            return false
        }
    }

    private func idleTime() async -> Duration {
        guard let embedded else { return ((try? await capacity.free()) ?? 0) > 0 ? .zero : Self.idleLimit }
        guard let counts = try? await embedded.counts(), counts.inFlight + counts.delayed > 0 else {
            return Self.idleLimit
        }
        return Self.visibilityTimeout
    }

    /// Takes one batch for which there is capacity.
    func takeBatch() async throws -> TakeUploads.Counts { try await takeBatch(atMost: try await capacity.free()) }

    private func takeBatch(atMost free: Int, wait: Duration = .zero) async throws -> TakeUploads.Counts {
        guard free > 0 else { return TakeUploads.Counts() }
        let messages = try await queue.receive(
            limit: min(Self.batchLimit, free),
            visibilityTimeout: Self.visibilityTimeout,
            wait: wait
        )
        // In a task of its own: nobody else sees these messages for a while, so whoever is told to stop now handles them first.
        return try await Task { try await handle(messages) }.value
    }

    /// At the same time, so that their transactions share a flush.
    private func handle(_ messages: [QueueMessage]) async throws -> TakeUploads.Counts {
        try await withThrowingTaskGroup(of: TakeUploads.Counts.self) { group in
            for message in messages { group.addTask { try await handle(message) } }
            return try await group.reduce(into: TakeUploads.Counts()) { $0.add($1) }
        }
    }

    private func handle(_ message: QueueMessage) async throws -> TakeUploads.Counts {
        let uploads: [Upload]
        do {
            uploads = try Upload.all(in: message.body, bucket: bucket)
        } catch {
            logger.warning("upload event rejected", metadata: ["message-id": "\(message.id)", "error": "\(error)"])
            try await queue.reject(message, reason: "\(error)")
            return TakeUploads.Counts(rejected: 1)
        }
        let accepted = try await accept(uploads, of: message)
        return TakeUploads.Counts(accepted: accepted, ignored: accepted == 0 ? 1 : 0)
    }

    /// Tells the workflows, then forgets the message.
    ///
    /// - Returns: how many uploads had somebody to be told.
    private func accept(_ uploads: [Upload], of message: QueueMessage) async throws -> Int {
        let publishing = publishing
        guard let embedded else {
            var current: [Upload] = []
            for upload in uploads where try await isCurrent(upload) { current.append(upload) }
            let told = current
            let accepted = try await database.write { database in
                try told.count { try publishing.trackUploaded($0.track, $0.object, in: database) }
            }
            try await queue.delete(message.receipt)
            return accepted
        }
        do {
            return try await database.write { database in
                try embedded.delete(message.receipt, in: database)
                return try uploads.count { try publishing.trackUploaded($0.track, $0.object, in: database) }
            }
        } catch let error as QueueError where error.code == "receipt-handle-stale" {
            // Another poller has the message now.
            return 0
        }
    }

    /// Whether the bucket still holds what the event announced: events come late and out of order, and the workflow takes the
    /// first upload it hears of.
    private func isCurrent(_ upload: Upload) async throws -> Bool {
        do {
            return try await objects.head(ObjectKey(upload.object.key)).etag == upload.object.entityTag
        } catch let error as ObjectStoreError where error.kind == .noSuchKey || error.kind == .invalidArgument {
            return false
        }
    }
}
