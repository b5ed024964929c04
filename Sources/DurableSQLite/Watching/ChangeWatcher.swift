import Glibc
import Logging

/// A thread that asks the writer to look for other processes' commits whenever the kernel reports one.
///
/// Two files are watched. Committers of this library *ring*: they read one byte of the lock file after each commit,
/// so the report comes when the commit is visible. Other programs (the `sqlite3` shell) do not ring; their writes to
/// the log are reported before their commit is visible, so the writer looks again after a few growing delays.
final class ChangeWatcher: Sendable {
    private let stopper: StopPipe
    private let thread: DedicatedThread

    /// Starts watching the database at `path`; falls back to looking every `pollInterval` where inotify is unavailable.
    init(_ configuration: DurableDatabase.Configuration, inbox: WriterInbox) throws {
        let stopper = try StopPipe()
        let path = configuration.path
        let events = configuration.usesPolling ? nil : ChangeEvents(databasePath: path)
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

    /// Delays, in milliseconds, after which to look again when a program that does not ring has written to the log.
    private static let followUps: [Int32] = [2, 8, 30, 120, 500]

    /// Returns when stopped, or when the kernel stops reporting (the directory was removed).
    private static func follow(_ events: ChangeEvents, _ stopper: StopPipe, _ inbox: WriterInbox) {
        var followUp = followUps.count
        while true {
            let timeout = followUp < followUps.count ? followUps[followUp] : -1
            switch stopper.wait(orReadable: events.descriptor, milliseconds: timeout) {
            case .stopped: return
            case .timedOut:
                followUp += 1
                inbox.requestProbe()
            case .readable:
                switch events.read() {
                case .rung: followUp = followUps.count
                case .written: followUp = 0
                case .nothing: continue
                case .ended: return
                }
                inbox.requestProbe()
                // Own commits are reported as well: at most one look per millisecond.
                if stopper.wait(milliseconds: 1) { return }
            }
        }
    }
}
