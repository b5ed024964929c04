/// What waits for the writer's thread: units, jobs that need the connection alone, and requests to look for changes.
final class WriterInbox: @unchecked Sendable {  // SAFETY: state only under the monitor's lock, see below.
    /// What the writer has to do next.
    enum Work {
        case units
        case job(@Sendable () -> Void)
        case probe
        case stop
    }

    // SAFETY: everything below is read and written with the monitor's lock held only. A unit handed over by `add` is
    // touched by the writer's thread alone afterwards.
    private let monitor = Monitor()
    private var units: [WriteUnit] = []
    private var head = 0
    private var jobs: [@Sendable () -> Void] = []
    private var wantsProbe = false
    private var hasTakenUnits = false
    private var isClosed = false
    private var isWaiting = false
    /// Whether another thread does the writer's work.
    private var isBorrowed = false

    private var queued: Int { units.count - head }

    /// Queues units that belong together, so that they share a group; false when the inbox is closed.
    func add(_ more: [WriteUnit]) -> Bool {
        monitor.withLock {
            guard !isClosed else { return false }
            units += more
            wake()
            return true
        }
    }

    /// Queues a job to run between two groups; false when the inbox is closed.
    func add(job: @escaping @Sendable () -> Void) -> Bool {
        monitor.withLock {
            guard !isClosed else { return false }
            jobs.append(job)
            wake()
            return true
        }
    }

    /// Asks the writer to look for other connections' commits: by itself, or as part of its next group.
    ///
    /// - Returns: whether it has taken units since the last request.
    @discardableResult
    func requestProbe() -> Bool {
        monitor.withLock {
            defer { hasTakenUnits = false }
            wantsProbe = true
            wake()
            return hasTakenUnits
        }
    }

    /// Accepts nothing more. The writer stops when everything queued is done.
    func close() {
        monitor.withLock {
            isClosed = true
            wake()
        }
    }

    /// Waits for the next work.
    func next() -> Work {
        monitor.withLock {
            while true {
                if !isBorrowed, let work = takeWork() { return work }
                isWaiting = true
                monitor.wait()
                isWaiting = false
            }
        }
    }

    private func takeWork() -> Work? {
        if !jobs.isEmpty { return .job(jobs.removeFirst()) }
        if queued > 0 { return .units }
        if wantsProbe {
            wantsProbe = false
            return .probe
        }
        return isClosed ? .stop : nil
    }

    /// Lends the writer's work to the calling thread, if the writer waits for some; ``giveBack()`` has to follow.
    func borrow() -> Bool {
        monitor.withLock {
            guard isWaiting, !isBorrowed, !isClosed else { return false }
            isBorrowed = true
            hasTakenUnits = true
            return true
        }
    }

    func giveBack() {
        monitor.withLock {
            isBorrowed = false
            if queued > 0 || !jobs.isEmpty || wantsProbe || isClosed { wake() }
        }
    }

    /// Takes up to `maximum` units.
    func take(maximum: Int) -> [WriteUnit] {
        monitor.withLock {
            hasTakenUnits = true
            // The group's transaction looks for other connections' commits.
            wantsProbe = false
            return removeFirst(min(queued, maximum))
        }
    }

    var isIdle: Bool {
        monitor.withLock { queued == 0 && jobs.isEmpty }
    }

    private func wake() {
        guard isWaiting, !isBorrowed else { return }
        isWaiting = false
        monitor.signal()
    }

    private func removeFirst(_ count: Int) -> [WriteUnit] {
        if count == units.count {
            defer { units = [] }
            return units
        }
        let taken = Array(units[head..<head + count])
        head += count
        if head == units.count || head > 4_096 {
            units.removeFirst(head)
            head = 0
        }
        return taken
    }
}
