import GRDB

/// The notes of the group that is being written, in order.
final class UnitNotes: @unchecked Sendable {
    // SAFETY: all but `thread` is used by the thread that writes a group only; `add`, which anyone may call, checks that first.
    private var notes: [any Sendable] = []
    private var isRunning = false
    private let thread = ThreadMark()
    private let database: ObjectIdentifier

    init(of connection: DatabaseQueue) {
        database = connection.inDatabase { ObjectIdentifier($0) }
    }

    /// Binds the notes to the calling thread, which writes a group until `end`.
    func begin() { thread.set() }
    func end() { thread.clear() }

    /// Whether the caller is on the thread that writes a group.
    var isOwnThread: Bool { thread.isCurrent }

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
