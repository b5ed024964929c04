import Logging
import WorkflowCore
import WorkflowStore

/// What a workflow may do: the only door between its code and the world.
///
/// Every operation is recorded or follows from what is recorded, so that code comes to the same point at each replay. It is
/// used from the workflow's own tasks only (`run`, `async let`, task groups); used from anywhere else it blocks the run.
public final class WorkflowContext: Sendable {
    let execution: RunExecution

    init(execution: RunExecution) { self.execution = execution }

    /// The id the caller chose for this workflow.
    public var workflowID: WorkflowID { execution.reference.workflowID }
    /// The id of this run.
    public var runID: RunID { execution.reference.runID }

    /// The time of the current activation, as recorded: it stands still until something new arrives.
    public var now: Timestamp { checked { $0.now } ?? .distantPast }

    /// Whether somebody asked this run to cancel.
    public var isCancelRequested: Bool { checked { $0.machine.cancelRequested } ?? false }

    /// A logger that is silent while history is replayed, so every line appears once.
    public var logger: Logger { Logger(workflowContext: self) }

    // MARK: Determinism kit

    /// A random UUID (version 4, lower case) that is the same at every replay.
    public func uuid() -> String { checked { UUIDText.version4(using: &$0.random) } ?? "" }

    /// A random value from `range` that is the same at every replay.
    public func random<Value: FixedWidthInteger>(in range: ClosedRange<Value>) -> Value {
        checked { Value.random(in: range, using: &$0.random) } ?? range.lowerBound
    }

    /// A random value from `range` that is the same at every replay.
    public func random(in range: ClosedRange<Double>) -> Double {
        checked { Double.random(in: range, using: &$0.random) } ?? range.lowerBound
    }

    /// Whether this run takes the changed path: `true` for runs that come here for the first time with this code, `false`
    /// for runs that passed here before the change. The answer is recorded and stays the same for the run.
    public func patched(_ id: String, file: StaticString = #fileID, line: Int = #line) -> Bool {
        checked(at: SourceLocation(file: file, line: line)) { run in
            if let decided = run.patchDecisions[id] { return decided }
            let isActive = !run.isReplaying || run.machine.patches.contains(id)
            run.patchDecisions[id] = isActive
            if isActive { run.issue(.recordPatch(id), at: SourceLocation(file: file, line: line)) }
            return isActive
        } ?? false
    }

    // MARK: Published state

    /// Publishes a value: readable by anybody from the end of this activation on, also with every worker down.
    public func publish<Value>(
        _ value: Value,
        as state: Published<Value>,
        file: StaticString = #fileID,
        line: Int = #line
    ) {
        let location = SourceLocation(file: file, line: line)
        _ = checked(at: location) { run in
            do {
                let payload = try run.codec.encode(value) ?? Payload(data: Array("null".utf8))
                guard run.published[state.name] != payload else { return }
                run.published[state.name] = payload
                if !run.changedPublished.contains(state.name) { run.changedPublished.append(state.name) }
            } catch {
                run.executor.note(
                    .unencodable("the published state \(state.name)", error: error, at: location)
                )
            }
        }
    }

    /// A variable that concurrent branches of this workflow may share, because they all run on its executor.
    public func variable<Value: Sendable>(_ initial: Value) -> WorkflowVariable<Value> {
        WorkflowVariable(initial, executor: execution.executor)
    }

    // MARK: Shields

    /// Runs `body` so that it goes on although the workflow has been cancelled: for clean-up.
    ///
    /// A cancellation from outside does not reach it: `Task.isCancelled` is `false` in there. One that comes from inside
    /// (`cancelAll()` of a task group, an `async let` that is left) acts as ever.
    public func shieldedFromCancellation<Value, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        // SAFETY: the caller is suspended until `body` has returned: nothing uses what it captures at the same time.
        nonisolated(unsafe) let body = body
        return try await execution.inTaskOfItsOwn(body).get()
    }

    // MARK: Checks

    /// Gives access to the run if the caller is workflow code of it; otherwise notes the mistake, which blocks the run.
    func checked<Value>(at location: SourceLocation? = nil, _ body: (RunExecution) -> Value) -> Value? {
        guard execution.executor.isCurrent else {
            execution.executor.note(
                .offExecutor(
                    "its workflow context outside of its own tasks",
                    instead: "Use the context in run, async let and task groups only.",
                    after: location
                )
            )
            return nil
        }
        if let location { execution.executor.lastOperation = location }
        return body(execution)
    }
}

/// A value shared by the concurrent branches of one workflow.
public final class WorkflowVariable<Value: Sendable>: @unchecked Sendable {
    // SAFETY: read and written on the run's executor only; every access checks that, and an access from elsewhere gets a
    // stale copy and blocks the run.
    private var storage: Value
    private let executor: RunExecutor

    init(_ initial: Value, executor: RunExecutor) {
        storage = initial
        self.executor = executor
    }

    /// The current value.
    public var value: Value {
        get {
            check()
            return storage
        }
        set {
            if check() { storage = newValue }
        }
    }

    @discardableResult
    private func check() -> Bool {
        guard !executor.isCurrent else { return true }
        executor.note(
            .offExecutor(
                "a workflow variable outside of its own tasks",
                instead: "Use it in workflow code only.",
                after: nil
            )
        )
        return false
    }
}
