import GRDB
import Glibc
import Synchronization

/// The notes of the group that is being written, in order.
final class UnitNotes: @unchecked Sendable {
    // SAFETY: all but `owner` is used by the writer's thread only; `add`, which anyone may call, checks that first.
    private var notes: [any Sendable] = []
    private var isRunning = false
    private let owner = Mutex<pthread_t?>(nil)
    private var database: ObjectIdentifier?

    /// Binds the notes to the calling thread and its connection.
    func bind(to database: Database) {
        owner.withLock { $0 = pthread_self() }
        self.database = ObjectIdentifier(database)
    }

    /// Whether the caller is on the writer's thread.
    var isOwnThread: Bool {
        guard let owner = owner.withLock({ $0 }) else { return false }
        return pthread_equal(owner, pthread_self()) != 0
    }

    var count: Int { notes.count }

    /// Forgets what was noted after the first `count` notes.
    func drop(after count: Int) {
        notes.removeLast(notes.count - count)
    }

    func take() -> [any Sendable] {
        defer { notes.removeAll() }
        return notes
    }

    /// Runs a unit, during which notes are accepted.
    func accepting(_ unit: () throws -> Void) rethrows {
        isRunning = true
        defer { isRunning = false }
        try unit()
    }

    /// - Throws: `note-outside-unit`.
    func add(_ note: any Sendable, in database: Database) throws(DatabaseFailure) {
        guard isOwnThread, self.database == ObjectIdentifier(database), isRunning else {
            throw DatabaseFailure(
                .noteOutsideUnit,
                "note(_:in:) was called where no unit of this database runs. Call it in a unit, with the database that the unit "
                    + "is given."
            )
        }
        notes.append(note)
    }
}
