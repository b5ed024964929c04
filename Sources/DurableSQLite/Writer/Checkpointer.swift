import Glibc

/// Decides when the log is copied into the database file, and when its file is cut.
struct Checkpointer {
    let threshold: Int
    let sizeLimit: Int
    let walPath: String
    /// The size of the log, in pages, at which the next checkpoint is worth its cost.
    private var next: Int

    init(threshold: Int, sizeLimit: Int, databasePath: String) {
        self.threshold = max(1, threshold)
        self.sizeLimit = sizeLimit
        walPath = databasePath + "-wal"
        next = self.threshold
    }

    /// Whether to copy now. A writer with work in its queue goes on until the log is twice as long as wanted.
    mutating func isDue(pages: Int, isIdle: Bool) -> Bool {
        if pages < threshold { next = threshold }
        return pages >= next + (isIdle ? 0 : threshold)
    }

    /// Copies the log, and cuts its file where that is due and no reader uses it. The writer lock must be held.
    mutating func run(_ connection: WriterConnection) throws {
        let outcome = try connection.checkpoint(truncating: false)
        // An incomplete copy means that a reader still needs older pages: the log goes on growing behind it.
        next = outcome.isComplete ? threshold : outcome.pages + threshold
        guard outcome.isComplete, walSize > sizeLimit else { return }
        _ = try connection.checkpoint(truncating: true)
    }

    private var walSize: Int {
        var status = stat()
        return stat(walPath, &status) == 0 ? Int(status.st_size) : 0
    }
}
