import WorkflowCore
import WorkflowStore

/// A run this worker owns and keeps in memory. Touched by the engine's thread only.
///
/// | phase | event | next |
/// |---|---|---|
/// | loading | history read | loaded |
/// | loaded | replayed | idle |
/// | idle | inputs | committing |
/// | committing | committed | idle, or gone if the run closed |
/// | any | ownership lost, blocked, evicted, store failed | gone |
final class CachedRun {
    enum Phase {
        case loading
        case loaded
        case idle
        case committing
    }

    var claimed: ClaimedRun
    /// Of a run that does not exist yet: its start is part of its first commit, and its key is provisional.
    var start: PendingStart?
    var phase = Phase.loading
    /// What was read and has not been replayed, in phase `loaded`.
    var loaded: RunLoop.LoadedRun?
    var execution: RunExecution?
    /// When the run ends as timed out, whatever its code does; known once its history was read.
    var timeLimit = Timestamp.never
    /// Resolutions of events that are recorded but that no activation has handled.
    var unhandled: [RunMachine.Resolution] = []
    var inputs: [ActivationInput] = []
    var inFlight: InFlightCommit?
    /// The newest inbox message that is in `inputs` or was consumed.
    var lastSeenMessage: Int64 = 0
    var isReadingInbox = false
    var inboxChangedWhileReading = false
    /// Found while a commit was under way: blocks the run once that has ended.
    var violation: Violation?
    /// Set by every activation, cleared by the eviction sweep: a run is evicted when it was not used between two sweeps.
    var wasUsed = true

    /// Who waits in this process for the run's end; called with the closing event, or `nil` when the run leaves memory
    /// in another way.
    var closeWaiters: [@Sendable (EventAttributes?) -> Void] = []

    /// Tells this stay in memory from an earlier one of the same run: answers to the earlier one are not meant for it.
    let stay: Int

    init(_ claimed: ClaimedRun, stay: Int) {
        self.claimed = claimed
        self.stay = stay
    }

    var key: RunKey { claimed.reference.key }
    var isReady: Bool { phase == .loaded || phase == .idle && !(inputs.isEmpty && unhandled.isEmpty) }
    var isEvictable: Bool { phase == .idle && inputs.isEmpty && unhandled.isEmpty && !isReadingInbox }

    func tellCloseWaiters(_ event: EventAttributes?) {
        let waiters = closeWaiters
        closeWaiters = []
        for waiter in waiters { waiter(event) }
    }

    func enqueue(_ messages: [InboxMessage]) {
        for message in messages where message.id > lastSeenMessage {
            lastSeenMessage = message.id
            inputs.append(.message(message))
        }
    }
}

/// What has to happen once a commit is durable.
struct InFlightCommit {
    var endedAttempts: [EndedAttempt]
    var startedTasks: [TaskRecord] = []
    var waitingTasks: Set<TaskQueue> = []
    var newTimers: [(EventID, Timestamp)] = []
    var closingEvent: EventAttributes?
}
