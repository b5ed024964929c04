import Glibc
import WorkflowCore
import WorkflowStore

/// Starts, signals, reads and ends workflows. Needs no worker: what it writes waits for one.
public struct WorkflowClient: Sendable {
    let store: any WorkflowStore
    let codec: any PayloadCodec
    let clock: any EngineClock
    let identity: String
    let adopter: RunAdopter?
    let watch: RunWatch
    /// Where run ids come from; tests that compare histories byte by byte replace it.
    package var makeRunID: @Sendable (Timestamp) -> RunID = { now in
        var generator = SystemRandomNumberGenerator()
        return RunID(UUIDText.version7(at: now, random: (generator.next(), generator.next())))
    }

    /// Makes a client.
    ///
    /// - Parameter identity: who asks, as histories show it; by default this process.
    public init(
        _ database: WorkflowDatabase,
        identity: String? = nil,
        codec: any PayloadCodec = JSONPayloadCodec(),
        clock: any EngineClock = SystemClock()
    ) {
        self.init(database, identity: identity, codec: codec, clock: clock, adopter: nil)
    }

    init(
        _ database: WorkflowDatabase,
        identity: String? = nil,
        codec: any PayloadCodec,
        clock: any EngineClock,
        adopter: RunAdopter?
    ) {
        store = database.store
        watch = database.watch
        self.codec = codec
        self.clock = clock
        self.identity = identity ?? "client-\(getpid())"
        self.adopter = adopter
    }

    // MARK: Starting

    /// Starts a run. When the call returns the run is on disk and will be executed, whatever happens to this process.
    ///
    /// - Throws: ``EngineError`` `workflow-already-started` when the policies forbid a new run.
    @discardableResult
    public func start<W: Workflow>(
        _ type: W.Type,
        id: WorkflowID,
        input: W.Input,
        options: StartOptions = StartOptions()
    ) async throws -> WorkflowHandle<W> {
        let request = try startRequest(type, id: id, input: input, options: options)
        let outcome =
            if let adopter, request.owner != .nobody { try await adopter.worker.start(request) } else {
                try await store.start(request)
            }
        return handle(type, try run(from: outcome, id: id))
    }

    /// Starts a run that takes no input.
    @discardableResult
    public func start<W: Workflow>(
        _ type: W.Type,
        id: WorkflowID,
        options: StartOptions = StartOptions()
    ) async throws -> WorkflowHandle<W> where W.Input == Nothing {
        try await start(type, id: id, input: Nothing(), options: options)
    }

    /// Signals the open run of `id`, or starts one and signals it, in one transaction.
    ///
    /// - Throws: ``EngineError`` `workflow-already-started` when there is no open run and the reuse policy forbids a new one.
    @discardableResult
    public func signalWithStart<W: Workflow, Value>(
        _ type: W.Type,
        id: WorkflowID,
        input: W.Input,
        signal: Signal<Value>,
        value: Value,
        options: StartOptions = StartOptions(),
        signalRequestID: String = ""
    ) async throws -> WorkflowHandle<W> {
        var request = try startRequest(type, id: id, input: input, options: options)
        request.owner = .nobody
        let outcome = try await store.signalWithStart(
            SignalWithStartRequest(start: request, signal: try event(signal, value, signalRequestID))
        )
        return handle(type, try run(from: outcome, id: id))
    }

    /// A handle to the latest run of an id, or to one certain run. Nothing is checked until it is used.
    public func handle<W: Workflow>(_ type: W.Type, id: WorkflowID, runID: RunID? = nil) -> WorkflowHandle<W> {
        WorkflowHandle(client: self, target: RunTarget(id, runID: runID))
    }

    // MARK: Parts

    private func handle<W: Workflow>(_ type: W.Type, _ run: RunReference) -> WorkflowHandle<W> {
        WorkflowHandle(client: self, target: RunTarget(run.workflowID, runID: run.runID), key: run.key)
    }

    func startRequest<W: Workflow>(
        _ type: W.Type,
        id: WorkflowID,
        input: W.Input,
        options: StartOptions
    ) throws -> StartRequest {
        try checkLength(id.rawValue, what: "workflow id")
        let now = clock.now
        let runID = makeRunID(now)
        return StartRequest(
            started: WorkflowExecutionStarted(
                workflowType: W.name,
                taskQueue: options.taskQueue,
                input: try codec.encode(input),
                workflowRunTimeout: options.runTimeout,
                originalExecutionRunID: runID,
                identity: identity,
                workflowID: id
            ),
            reusePolicy: options.reusePolicy,
            conflictPolicy: options.conflictPolicy,
            requestID: options.requestID,
            now: now,
            owner: owner(W.name, options)
        )
    }

    /// The worker that begins the run itself. Where a run of the id is to be expected it does not, for nothing.
    private func owner(_ workflowType: String, _ options: StartOptions) -> WorkerKey {
        guard let adopter, options.requestID.isEmpty, options.conflictPolicy == .fail,
            options.reusePolicy == .allowDuplicate
        else { return .nobody }
        return adopter.worker.adoptionKey(workflowType: workflowType, taskQueue: options.taskQueue)
    }

    func event<Value>(
        _ signal: Signal<Value>,
        _ value: Value,
        _ requestID: String
    ) throws -> WorkflowExecutionSignaled {
        WorkflowExecutionSignaled(
            signalName: signal.name,
            input: try codec.encode(value),
            identity: identity,
            requestID: requestID
        )
    }

    func checkLength(_ text: String, what: String) throws {
        let length = text.utf8.count
        guard length == 0 || length > WorkflowID.maximumLength else { return }
        throw EngineError(
            code: "invalid-id",
            message: "a \(what) must have 1 to \(WorkflowID.maximumLength) bytes, got \(length)"
        )
    }

    func run(from outcome: StartOutcome, id: WorkflowID) throws -> RunReference {
        switch outcome {
        case .started(let run), .existing(let run): return run
        case .refused(let run, let status):
            throw EngineError(
                code: "workflow-already-started",
                message: "workflow \"\(id)\" cannot be started: run \(run.runID) is \(status). "
                    + "Use another id, or options that allow it."
            )
        }
    }
}

/// How a run is started.
public struct StartOptions: Sendable {
    /// The queue whose workers advance the run.
    public var taskQueue: TaskQueue
    /// What happens when the id was used by a run that has closed.
    public var reusePolicy: WorkflowIDReusePolicy
    /// What happens when a run of the id is open.
    public var conflictPolicy: WorkflowIDConflictPolicy
    /// Starting again with the same request id gives the same run instead of an error. Empty: no such check.
    public var requestID: String
    /// Limit of the run; when it passes the run ends as `timed-out` without running code.
    public var runTimeout: Duration?

    /// Builds options.
    public init(
        taskQueue: TaskQueue = .default,
        reusePolicy: WorkflowIDReusePolicy = .allowDuplicate,
        conflictPolicy: WorkflowIDConflictPolicy = .fail,
        requestID: String = "",
        runTimeout: Duration? = nil
    ) {
        self.taskQueue = taskQueue
        self.reusePolicy = reusePolicy
        self.conflictPolicy = conflictPolicy
        self.requestID = requestID
        self.runTimeout = runTimeout
    }
}
