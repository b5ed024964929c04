import DurableSQLite
import ServiceLifecycle

/// Ends the process when a flush of its database has failed, in this or in another process: none of those that have the file open
/// can go on, and while one of them lives no other is let in.
struct DatabaseWatch: Service {
    let database: DurableDatabase
    var interval = Duration.seconds(1)

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if let failure = database.failure { throw failure }
                try? await Task.sleep(for: interval)
            }
        }
    }
}
