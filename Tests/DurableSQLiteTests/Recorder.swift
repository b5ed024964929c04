import DurableSQLite
import Foundation
import Synchronization

/// Remembers what observers were told and lets a test wait for it.
final class Recorder: Sendable {
    struct Notification: Equatable {
        var notes: [String]
        var foreign: Bool
    }

    private let seen = Mutex<[Notification]>([])
    private let stream: AsyncStream<Notification>
    private let continuation: AsyncStream<Notification>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Notification.self)
    }

    func observe(_ database: DurableDatabase) -> DatabaseObservation {
        database.observe { [self] notes, foreign in
            let notification = Notification(notes: notes.compactMap { $0 as? String }, foreign: foreign)
            seen.withLock { $0.append(notification) }
            continuation.yield(notification)
        }
    }

    var notifications: [Notification] { seen.withLock { $0 } }
    var notes: [String] { notifications.flatMap(\.notes) }

    /// Returns when a foreign commit has been reported (also when that was before the call).
    func foreignChange() async {
        for await notification in stream where notification.foreign { return }
    }
}
