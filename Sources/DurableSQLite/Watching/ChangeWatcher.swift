import Glibc
import Logging

/// A thread that asks the writer to look for other processes' commits whenever the kernel reports one.
///
/// Committers of this library *ring*: they read one byte of the lock file after each commit, so the report comes when the
/// commit is visible. Other programs (the `sqlite3` shell) do not ring; for them the writer looks every `quietInterval`.
/// The log itself is not watched: that would make the kernel report each of this process's own writes to it.
final class ChangeWatcher: Sendable {
    private let stopper: StopPipe
    private let thread: DedicatedThread

    /// Starts watching the database at `path`; falls back to looking every `pollInterval` where inotify is unavailable.
    init(_ configuration: DurableDatabase.Configuration, inbox: WriterInbox) throws {
        let stopper = try StopPipe()
        let path = configuration.path
        let events = configuration.usesPolling ? nil : RingEvents(databasePath: path)
        if events == nil, !configuration.usesPolling {
            configuration.logger.warning("inotify is unavailable; looking for changes periodically")
        }
        let poll = Int32(max(1, configuration.pollInterval.nanoseconds / 1_000_000))
        self.stopper = stopper
        thread = try DedicatedThread(name: "sqlite-watcher") {
            // What was committed between the writer's first look and the start of the watch must not be missed.
            inbox.requestProbe()
            if let events { ChangeWatcher.follow(events, stopper, inbox) }
            while !stopper.wait(milliseconds: poll) { inbox.requestProbe() }
        }
    }

    /// Ends the thread and waits for it.
    func stop() {
        stopper.stop()
        thread.join()
    }

    /// Tells the thread to end.
    func stopLater() {
        stopper.stop()
    }

    /// How often to look for commits of programs that do not ring, in milliseconds.
    private static let quietInterval: Int32 = 250
    /// The shortest time between two looks, in milliseconds: some hundred commits per second ring.
    private static let shortestPause: Int32 = 1
    /// The longest time while this process commits itself: each of its groups looks, too, and rings.
    private static let longestPause: Int32 = 8

    /// Returns when stopped, or when the kernel stops reporting (the lock file was removed).
    private static func follow(_ events: RingEvents, _ stopper: StopPipe, _ inbox: WriterInbox) {
        var pause = shortestPause
        while true {
            switch stopper.wait(orReadable: events.descriptor, milliseconds: quietInterval) {
            case .stopped: return
            case .timedOut: break
            case .readable: guard events.read() else { return }
            }
            let isWriting = inbox.requestProbe()
            pause = isWriting ? min(2 * pause, longestPause) : shortestPause
            if stopper.wait(milliseconds: pause) { return }
        }
    }
}
