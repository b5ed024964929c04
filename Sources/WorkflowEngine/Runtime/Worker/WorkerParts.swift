import Synchronization
import WorkflowCore
import WorkflowStore

/// Connects loop, runner and poller, which need each other.
final class WorkerParts: Sendable {
    private struct Connected {
        var runner: ActivityRunner?
        var poller: Poller?
    }
    private let connected = Mutex(Connected())
    private let onStoreLost: @Sendable (any Error) -> Void

    init(onStoreLost: @escaping @Sendable (any Error) -> Void) { self.onStoreLost = onStoreLost }

    private var runner: ActivityRunner? { connected.withLock { $0.runner } }
    private var poller: Poller? { connected.withLock { $0.poller } }

    func connect(runner: ActivityRunner, poller: Poller) {
        connected.withLock { $0 = Connected(runner: runner, poller: poller) }
    }

    var callbacks: RunLoop.Callbacks {
        RunLoop.Callbacks(
            startTasks: { [self] in runner?.start($0) },
            reportElsewhere: { [self] run, ended in runner?.reportElsewhere(ended, of: run) },
            tasksWaiting: { [self] in poller?.tasksWaiting($0) },
            runsWaiting: { [self] in poller?.runsWaiting() },
            storeIsLost: onStoreLost
        )
    }

    func runnerHooks(_ loop: RunLoop) -> ActivityRunner.Hooks {
        let mailbox = loop.mailbox
        return ActivityRunner.Hooks(
            schedule: { mailbox.post(.schedule($0, $1)) },
            deliver: { mailbox.post(.attemptEnded($0, $1)) },
            poke: { [self] in poller?.tasksWaiting($0, at: $1) },
            slotFreed: { [self] in poller?.slotFreed($0) }
        )
    }

    func pollerHooks(_ loop: RunLoop, _ runner: ActivityRunner) -> Poller.Hooks {
        let mailbox = loop.mailbox
        return Poller.Hooks(
            schedule: { mailbox.post(.schedule($0, $1)) },
            claimed: { mailbox.post(.claimed($0)) },
            startTasks: { runner.start($0) },
            report: { await runner.report($0) },
            runningTasks: { runner.runningTasks },
            revoke: { runner.revoke(run: $0, scheduledEventID: $1) },
            inboxesChanged: { for run in $0 { mailbox.post(.inboxChanged(run)) } },
            storeIsLost: onStoreLost
        )
    }

    /// Passes on what a commit of this process, or another process, changed.
    func observe(_ changes: [StoreChange], loop: RunLoop) {
        for change in changes {
            switch change {
            case .inbox(let run): loop.mailbox.post(.inboxChanged(run))
            case .ownershipLost(let run, by: loop.environment.key): loop.mailbox.post(.ownershipLost(run))
            case .attemptRevoked(let run, let event): runner?.revoke(run: run, scheduledEventID: event)
            case .runnable: poller?.runsWaiting()
            case .task(let queue): poller?.tasksWaiting(queue)
            case .foreign: poller?.foreignChange()
            // Another worker's loss may be heard of after this one has taken the run over.
            case .ownershipLost, .closed, .published: break
            }
        }
    }
}

extension ActivityRunner {
    /// Whether everything that runs has ended within `duration`.
    func becomesIdle(within duration: Duration) async -> Bool {
        await becomesZero(within: duration) { runningCount }
    }

    /// Waits until outcomes that no run has taken are in the store: they count only as long as this worker is registered.
    func reportsSettle(within duration: Duration) async {
        _ = await becomesZero(within: duration) { reportCount.load(ordering: .acquiring) }
    }

    private func becomesZero(within duration: Duration, _ count: () -> Int) async -> Bool {
        let deadline = ContinuousClock.now + duration
        while count() > 0 {
            guard ContinuousClock.now < deadline else { return false }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }
}
