import Glibc
import Logging

/// The database's file on disk, before SQLite opens it.
enum DatabaseFile {
    /// Creates the file with mode 0600 if it is missing, and warns if others may read an existing one.
    ///
    /// SQLite gives the log and the shared-memory file the mode of the database file. An existing file is never opened
    /// here: closing a descriptor of it would drop the locks SQLite holds on it in this process.
    static func prepare(_ path: String, logger: Logger) throws(DatabaseFailure) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor >= 0 {
            close(descriptor)
            return
        }
        guard errno == EEXIST else { throw .system(.openFailed, "cannot create \"\(path)\"", errno) }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw DatabaseFailure(.openFailed, "\"\(path)\" is not a regular file.")
        }
        if status.st_mode & 0o077 != 0 {
            logger.warning(
                "the database file is open to other users of this machine: chmod 600 it",
                metadata: ["path": "\(path)", "mode": "\(String(status.st_mode & 0o777, radix: 8))"]
            )
        }
    }
}
