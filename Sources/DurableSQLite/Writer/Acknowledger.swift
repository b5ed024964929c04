import GRDB
import Logging
import Synchronization

/// Flushes what the writer has committed and then tells its callers, while the writer makes the next group.
///
/// Groups are acknowledged in their order, those that wrote nothing included: what a unit has read may be of the group before
/// it. All that waits shares one flush.
final class Acknowledger: @unchecked Sendable {
    // SAFETY: `waiting`, `isBusy` and `isClosed` only under the monitor's lock; the rest is immutable. A group handed over is
    // touched by one thread only: the one that has set `isBusy`.
    /// A group that the writer has finished.
    struct Group {
        var units: [WriteUnit] = []
        var outcome = CommitGroup.Outcome()
        var flush = FlushDuty.none
    }

    /// What has to be flushed before a group may be acknowledged.
    enum FlushDuty {
        case none
        /// It wrote nothing, but what it has read may be of a commit that is not on disk.
        case others
        /// Its own commit, by number.
        case commit(UInt64)
    }

    let observers = ObserverList()
    let commitObservers = ObserverList()
    private let thread = ThreadMark()
    private let log: LogFlusher
    private let lock: WriterLock
    private let logger: Logger
    private let monitor = Monitor()
    private var waiting: [Group] = []
    private var isBusy = false
    private var isClosed = false
    private let counters = Mutex(DurableDatabase.Counters())

    init(log: LogFlusher, lock: WriterLock, logger: Logger) {
        self.log = log
        self.lock = lock
        self.logger = logger
    }

    var currentCounters: DurableDatabase.Counters {
        var now = counters.withLock { $0 }
        now.flushes = log.count
        return now
    }

    func countCheckpoint() { counters.withLock { $0.checkpoints += 1 } }

    /// Hands over a finished group. Called by the writer only.
    ///
    /// - Parameter isLast: the writer has nothing else to do. If the thread of ``run()`` is idle too, the group is acknowledged
    ///   here and now, which saves waking it.
    func add(_ group: Group, isLast: Bool) {
        let isHere = monitor.withLock {
            if isLast, !isBusy, waiting.isEmpty {
                isBusy = true
                return true
            }
            waiting.append(group)
            monitor.broadcast()
            return false
        }
        guard isHere else { return }
        acknowledge([group])
        monitor.withLock {
            isBusy = false
            // Nobody is woken for nothing: a lone unit's flush is most of what it costs.
            if isClosed || !waiting.isEmpty { monitor.broadcast() }
        }
    }

    /// Whether everything handed over is acknowledged.
    var isIdle: Bool { monitor.withLock { !isBusy && waiting.isEmpty } }

    /// Returns when no group of units waits for a flush that has not begun: the writer is never more than one group ahead.
    func waitForFlusher() {
        monitor.withLock { while waiting.contains(where: { !$0.units.isEmpty }) { monitor.wait() } }
    }

    /// Whether the caller is on the acknowledger's thread.
    var isOwnThread: Bool { thread.isCurrent }

    /// The body of the acknowledger's thread.
    func run() {
        thread.set()
        while let groups = next() {
            acknowledge(groups)
            monitor.withLock {
                isBusy = false
                monitor.broadcast()
            }
        }
        thread.clear()
    }

    /// Returns when everything handed over is acknowledged and the thread is about to end.
    func close() {
        monitor.withLock {
            isClosed = true
            monitor.broadcast()
            while isBusy || !waiting.isEmpty { monitor.wait() }
        }
    }

    private func next() -> [Group]? {
        monitor.withLock {
            while isBusy || waiting.isEmpty {
                if isClosed, waiting.isEmpty { return nil }
                monitor.wait()
            }
            isBusy = true
            defer {
                waiting = []
                monitor.broadcast()
            }
            return waiting
        }
    }

    private func acknowledge(_ groups: [Group]) {
        do {
            try flush(groups.map(\.flush))
            for group in groups { tell(group, nil) }
        } catch {
            logger.critical("database refuses all further writes", metadata: ["error": "\(error)"])
            for group in groups { tell(group, error) }
        }
    }

    /// Flushes once for all, and tells other processes of commits.
    func flush(_ duties: [FlushDuty]) throws(DatabaseFailure) {
        var (readsUnflushed, last) = (false, nil as UInt64?)
        for duty in duties {
            switch duty {
            case .none: break
            case .others: readsUnflushed = true
            case .commit(let number): last = number
            }
        }
        if last != nil || (readsUnflushed && lock.horizon.unflushed != nil) { try log.flush() }
        guard let last else { return }
        if !log.isOff { lock.horizon.reached(last) }
        lock.ring()
    }

    private func tell(_ group: Group, _ lost: DatabaseFailure?) {
        let outcome = group.outcome
        counters.withLock {
            $0.commits += outcome.commits
            $0.units += group.units.count
        }
        for (index, unit) in group.units.enumerated() {
            if let error = lost ?? outcome.errors[index] { unit.fail(error) } else { unit.succeed() }
        }
        guard lost == nil else { return }
        if !outcome.notes.isEmpty { observers.notify(outcome.notes, foreign: false) }
        if outcome.foreignChange { observers.notify([], foreign: true) }
        if outcome.commits > 0 || outcome.foreignChange { commitObservers.notify([], foreign: outcome.foreignChange) }
    }
}
