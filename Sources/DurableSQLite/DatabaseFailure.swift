import GRDB

/// Why the database could not do what it was asked.
///
/// Errors thrown by a unit itself are passed through unchanged, except that SQLite's "disk full" and I/O errors become
/// `storage-full` and `input-output-error`, so that callers need one check only.
public struct DatabaseFailure: Error, Sendable, CustomStringConvertible {
    /// The stable name of a failure.
    public enum Kind: String, Sendable, CaseIterable {
        /// The file could not be opened or is not a database.
        case openFailed = "open-failed"
        /// Another program held SQLite's write lock longer than the busy timeout.
        case databaseBusy = "database-busy"
        /// The database was closed before the unit was accepted.
        case databaseClosed = "database-closed"
        /// A flush to disk failed or the file is damaged: every further write is refused until the process reopens it.
        case databaseFailed = "database-failed"
        /// The file was migrated by a newer version of the program.
        case databaseNewer = "database-newer"
        /// There is no space left on the volume. Writes succeed again as soon as there is.
        case storageFull = "storage-full"
        /// The commit was refused; nothing of the group is in the database.
        case commitFailed = "commit-failed"
        /// The operating system could not read or write the file; nothing of the group was acknowledged.
        case inputOutputError = "input-output-error"
        /// A unit ended the transaction it runs in (`COMMIT`, `ROLLBACK`), which it must not.
        case unitEndedTransaction = "unit-ended-transaction"
        /// A lock file could not be opened or locked.
        case lockUnavailable = "lock-unavailable"
        /// Another process holds this process lock.
        case processLockHeld = "process-lock-held"
        /// A blocking call was made on the thread that would have to serve it.
        case wrongThread = "wrong-thread"
        /// A note was attached outside of a unit, or to another database's unit.
        case noteOutsideUnit = "note-outside-unit"
    }

    /// Which failure it is, for a `switch`.
    public let kind: Kind
    /// The kebab-case name of `kind`: the same in logs, replies and on the command line.
    public var code: String { kind.rawValue }
    /// What failed, where, and what to do.
    public let message: String
    /// The error below, usually GRDB's `DatabaseError`.
    public let cause: (any Error)?

    /// Creates a failure.
    public init(_ kind: Kind, _ message: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.message = message
        self.cause = cause
    }

    /// `code: message (cause)`.
    public var description: String {
        guard let cause else { return "\(code): \(message)" }
        return "\(code): \(message) (\(cause))"
    }
}

extension DatabaseFailure {
    /// Gives errors of the storage below their stable code and passes everything else through.
    static func classifying(_ error: any Error, path: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        switch error.resultCode {
        case .SQLITE_FULL:
            return DatabaseFailure(
                .storageFull,
                "no space left for \"\(path)\". Free space on its volume; nothing was written.",
                cause: error
            )
        case .SQLITE_IOERR:
            return DatabaseFailure(
                .inputOutputError,
                "the operating system failed to read or write \"\(path)\".",
                cause: error
            )
        default:
            return error
        }
    }

    /// The failure that SQLite's word for a damaged file stands for, or `nil` for any other error. Whoever only reads
    /// finds damage where no writer has met it.
    public static func damage(_ error: any Error) -> DatabaseFailure? {
        guard let found = error as? DatabaseError, [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(found.resultCode) else {
            return nil
        }
        return DatabaseFailure(
            .databaseFailed,
            "the file is damaged or no database (SQLite error \(found.resultCode.rawValue)). Look at it with "
                + "`sqlite3 -readonly FILE 'PRAGMA integrity_check'`, and restore a backup.",
            cause: error
        )
    }

    /// Errors after which the state on disk is unknown to this process.
    ///
    /// After a failed `fsync` Linux marks the lost pages clean: a second `fsync` would succeed without having written
    /// them. So it is never repeated, and nothing more is written through this connection.
    static func isFatal(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        switch error.resultCode {
        case .SQLITE_CORRUPT:
            // A damaged full-text index is a matter of its table.
            return error.extendedResultCode != .SQLITE_CORRUPT_VTAB
        case .SQLITE_NOTADB:
            return true
        default:
            return isFailedFlush(error)
        }
    }

    private static func isFailedFlush(_ error: DatabaseError) -> Bool {
        [.SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC].contains(error.extendedResultCode)
    }

    /// Whether it was caused by a flush of SQLite's own: something that other processes rely on may never reach the disk.
    var isFailedFlush: Bool { (cause as? DatabaseError).map(Self.isFailedFlush) ?? false }
}
