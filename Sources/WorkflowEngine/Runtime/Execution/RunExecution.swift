import Synchronization
import WorkflowCore
import WorkflowStore

/// The code of one run in memory: its executor, what it waits for, what it has asked for.
///
/// Everything here happens on the engine thread that holds the activation, or in workflow code that this thread runs.
final class RunExecution: @unchecked Sendable {
    // SAFETY: confined to one thread at a time: the engine hands a run to one activation after the other, and calls from
    // workflow code are checked with `executor.isCurrent` before they touch anything.
    let executor = RunExecutor()
    let reference: RunReference
    let code: WorkflowCode
    let codec: any PayloadCodec

    var machine = RunMachine()
    var now = Timestamp.distantPast
    var isReplaying = false
    private(set) var isEvicting = false
    /// How many operations were refused since code was last told something, because it was cancelled.
    var refusals = 0
    static let refusalLimit = 10_000

    var commands: [IssuedCommand] = []
    var pending: [OperationID: PendingOperation] = [:]
    /// Conditions in the order in which they were registered: the order in which they are tested.
    var conditions: [OperationID] = []
    var timeoutOwners: [OperationID: OperationID] = [:]
    var channels: [String: SignalChannel] = [:]
    var published: [String: Payload] = [:]
    var changedPublished: [String] = []
    var patchDecisions: [String: Bool] = [:]
    var random = SeededGenerator(seed: 0)

    private var nextOperation = 1
    private var root: Task<Void, Never>?
    private let outcome = Mutex<RunOutcome?>(nil)

    /// How `run` ended.
    enum RunOutcome {
        case returned(Payload?)
        case threw(any Error)
    }

    init(reference: RunReference, code: WorkflowCode, codec: any PayloadCodec) {
        self.reference = reference
        self.code = code
        self.codec = codec
    }

    var isFinished: Bool { outcome.withLock { $0 != nil } }

    // MARK: Feeding

    /// Tells code what an event means for it, runs it until it can go no further, then tests conditions.
    func feed(_ resolution: RunMachine.Resolution, context: @autoclosure () -> WorkflowContext) throws {
        refusals = 0
        try executor.withCurrent {
            switch resolution {
            case .start(let started): start(started, context: context())
            case .activityCompleted(let operation, let payload): resume(operation, .success(.payload(payload)))
            case .activityFailed(let operation, let failure): resume(operation, .failure(Self.error(from: failure)))
            case .timerFired(let operation): timerFired(operation)
            case .signal(let signal): deliver(signal)
            case .cancelRequested: root?.cancel()
            case .nothing: return
            }
            try settle()
        }
    }

    private func start(_ started: WorkflowExecutionStarted, context: WorkflowContext) {
        random = SeededGenerator(seed: started.originalExecutionRunID.seed)
        let code = code
        root = Task.detached(executorPreference: executor, priority: .medium) { [self] in
            let result: RunOutcome
            do {
                result = .returned(try await code.run(context, started.input))
            } catch {
                result = .threw(error)
            }
            outcome.withLock { $0 = result }
        }
    }

    /// Drains, then resumes the first condition that holds, one at a time: the line after a condition may rely on it.
    private func settle() throws {
        repeat {
            guard executor.drain() else { throw Self.notYielding(after: executor.lastOperation) }
            if let violation = executor.violation { throw violation }
        } while resumeFirstTrueCondition()
        if !isFinished && pending.isEmpty { throw executor.describeForeignWait() }
    }

    private static func notYielding(after location: SourceLocation?) -> Violation {
        Violation(
            code: "workflow-not-yielding",
            message: "workflow code ran \(RunExecutor.jobBudget) steps in one activation without waiting for anything; "
                + "it probably loops. Wait for a workflow operation inside the loop.",
            location: location
        )
    }

    private func resumeFirstTrueCondition() -> Bool {
        for operation in conditions {
            guard case .condition(let predicate)? = pending[operation]?.kind, predicate() else { continue }
            resume(operation, .success(.payload(nil)))
            return true
        }
        return false
    }

    private func timerFired(_ operation: OperationID?) {
        guard let operation else { return }
        if let owner = timeoutOwners.removeValue(forKey: operation) {
            resume(owner, .success(.timedOut))
        } else {
            resume(operation, .success(.payload(nil)))
        }
    }

    private func deliver(_ signal: WorkflowExecutionSignaled) {
        var channel = channels[signal.signalName] ?? SignalChannel()
        if channel.waiting.isEmpty {
            channel.buffered.append(signal.input)
            channels[signal.signalName] = channel
        } else {
            let operation = channel.waiting.removeFirst()
            channels[signal.signalName] = channel
            resume(operation, .success(.payload(signal.input)))
        }
    }

    /// Ends a wait. Code that no longer waits (it was cancelled) is not disturbed.
    func resume(_ operation: OperationID?, _ result: Result<PendingOperation.Outcome, any Error>) {
        guard let operation, let wait = pending.removeValue(forKey: operation) else { return }
        switch wait.kind {
        case .condition: conditions.removeAll { $0 == operation }
        case .signal(let name): channels[name]?.waiting.removeAll { $0 == operation }
        case .activity, .timer: break
        }
        if let timer = wait.timeout, timeoutOwners.removeValue(forKey: timer) != nil {
            issue(.cancelTimer(timer), at: wait.location)
        }
        wait.continuation.resume(with: result)
    }

    /// A cancelled activity looks like any other cancellation to code.
    private static func error(from failure: Failure) -> any Error {
        if case .cancelled = failure.kind { return CancellationError() }
        return failure
    }

    // MARK: Commands

    func newOperation() -> OperationID {
        defer { nextOperation += 1 }
        return OperationID(nextOperation)
    }

    func issue(_ command: Command, at location: SourceLocation?) {
        commands.append(IssuedCommand(command, at: location))
    }

    /// The commands of this activation, with the one that ends the run if `run` has ended.
    func takeCommands() throws -> [IssuedCommand] {
        defer { commands = [] }
        guard let outcome = outcome.withLock({ $0 }) else { return commands }
        return commands + [IssuedCommand(try closingCommand(outcome))]
    }

    private func closingCommand(_ outcome: RunOutcome) throws -> Command {
        switch outcome {
        case .returned(let payload): return .completeWorkflow(result: payload)
        case .threw(let violation as Violation): throw violation
        case .threw(let error):
            if machine.cancelRequested && error is CancellationError { return .cancelWorkflow }
            return .failWorkflow(Failure(thrown: error, codec: codec))
        }
    }

    var waits: [RunWait] {
        pending.sorted { $0.key.rawValue < $1.key.rawValue }.prefix(20).map { operation, wait in
            wait.wait(eventID: machine.event(of: operation))
        }
    }

    // MARK: Eviction

    /// Ends the run's tasks without letting them record anything: every operation throws from now on, and commands are
    /// dropped. Code that swallows the error in a loop is left suspended after a while.
    func evict() {
        isEvicting = true
        executor.withCurrent {
            // Code that waits for something outside of the engine is left to it: to cancel a foreign operation can do
            // anything (URLSession traps when a task is cancelled while it fails). Its tasks end when it resumes them.
            if executor.violation == nil { root?.cancel() }
            for _ in 0..<1000 {
                _ = executor.drain(budget: 10_000)
                if pending.isEmpty { break }
                for operation in pending.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
                    resume(operation, .failure(CancellationError()))
                }
            }
            commands = []
        }
        executor.abandon()
    }
}
