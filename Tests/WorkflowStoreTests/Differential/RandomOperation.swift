import WorkflowCore
import WorkflowStore

/// The calls of the seam that a random run makes.
enum OperationKind: String, CaseIterable {
    case start, signal, signalWithStart, requestCancel, terminate, claimRuns, commit, release, claimTasks, report
    case heartbeat, overdueTasks, nextDue, registerWorker, removeWorker, retryBlockedRuns, lists

    /// How often it is drawn.
    var weight: Int {
        switch self {
        case .commit: 30
        case .start, .claimRuns, .claimTasks, .report: 10
        case .signal, .heartbeat, .release, .retryBlockedRuns: 7
        case .terminate, .removeWorker: 2
        default: 4
        }
    }

    /// Whether a call was more than refused, by its answer where that tells, otherwise by what it changed.
    func hadEffect(_ answer: String, changed: Bool) -> Bool {
        switch self {
        case .overdueTasks, .nextDue, .lists: !answer.isEmpty
        case .retryBlockedRuns: answer != "0"
        default: changed
        }
    }
}

/// One call with its arguments: made on both stores, it answers with the outcome as text, empty for nothing.
struct RandomOperation: Sendable {
    var kind: OperationKind
    var call: @Sendable (any WorkflowStore) async throws -> String
}

/// Draws operations that fit the present state more often than not.
struct OperationSource {
    var random: SeededGenerator
    var now: Int64 = 0
    private var serial = 0

    static let kinds = OperationKind.allCases.flatMap { Array(repeating: $0, count: $0.weight) }
    static let queues: [TaskQueue] = ["default", "other"]
    static let types = ["Order", "Refund"]

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func number(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
    mutating func chance(_ percent: Int64) -> Bool { number(1...100) <= percent }
    mutating func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &random) }
    mutating func some<Element>(_ elements: [Element], _ percent: Int64) -> [Element] {
        elements.filter { _ in chance(percent) }
    }
    mutating func name(_ prefix: String, _ count: Int64) -> String { "\(prefix)\(number(1...count))" }
    mutating func unique(_ prefix: String) -> String {
        serial += 1
        return "\(prefix)\(serial)"
    }
    mutating func worker() -> WorkerKey { WorkerKey(number(1...4)) }
    mutating func text() -> Payload? { chance(70) ? Payload(text: name("v", 9)) : nil }
    mutating func queue() -> TaskQueue { chance(80) ? "default" : "other" }

    mutating func next(_ state: StoreDump) -> RandomOperation {
        now += number(0...400)
        let kind = pick(Self.kinds) ?? .start
        return RandomOperation(kind: kind, call: call(kind, state))
    }

    private mutating func call(
        _ kind: OperationKind,
        _ state: StoreDump
    ) -> @Sendable (any WorkflowStore) async throws -> String {
        switch kind {
        case .start, .signal, .signalWithStart, .requestCancel, .terminate: message(kind)
        case .claimRuns, .commit, .release, .retryBlockedRuns: ownership(kind, state)
        case .claimTasks, .report, .heartbeat, .overdueTasks: activity(kind, state)
        case .nextDue, .registerWorker, .removeWorker, .lists: other(kind)
        }
    }

    // MARK: From outside
    private mutating func startRequest() -> StartRequest {
        StartRequest(
            WorkflowID(name("w", 5)),
            runID: unique("run"),
            type: pick(Self.types) ?? "",
            queue: queue(),
            reuse: pick([.allowDuplicate, .allowDuplicateFailedOnly, .rejectDuplicate]) ?? .allowDuplicate,
            conflict: pick([.fail, .fail, .useExisting, .terminateExisting]) ?? .fail,
            requestID: chance(30) ? name("start", 20) : "",
            at: at(now),
            owner: chance(40) ? worker() : .nobody
        )
    }

    private mutating func signalContent() -> WorkflowExecutionSignaled {
        WorkflowExecutionSignaled(
            signalName: name("s", 3),
            input: text(),
            identity: "sender",
            requestID: chance(40) ? name("q", 12) : ""
        )
    }

    private mutating func message(_ kind: OperationKind) -> @Sendable (any WorkflowStore) async throws -> String {
        let target = RunTarget(
            WorkflowID(name("w", 6)),
            runID: chance(15) ? RunID(name("run", Int64(serial) + 1)) : nil
        )
        let time = at(now)
        switch kind {
        case .start:
            let request = startRequest()
            return { "\(try await $0.start(request))" }
        case .signalWithStart:
            let request = SignalWithStartRequest(start: startRequest(), signal: signalContent())
            return { "\(try await $0.signalWithStart(request))" }
        case .signal:
            let request = SignalRequest(target: target, signal: signalContent(), now: time)
            return { "\(try await $0.signal(request))" }
        case .requestCancel:
            let request = CancelRequest(target: target, cause: name("c", 3), identity: "op", now: time)
            return { "\(try await $0.requestCancel(request))" }
        default:
            let request = TerminateRequest(target: target, reason: name("t", 3), identity: "op", now: time)
            return { "\(try await $0.terminate(request))" }
        }
    }

    // MARK: Activities
    private mutating func activity(
        _ kind: OperationKind,
        _ state: StoreDump
    ) -> @Sendable (any WorkflowStore) async throws -> String {
        switch kind {
        case .claimTasks:
            let request = claimTasksRequest()
            return { "\(try await $0.claimTasks(request))" }
        case .overdueTasks:
            let limit = Int(number(0...5))
            let time = at(now)
            return { store in
                let tasks = try await store.overdueTasks(at: time, limit: limit)
                return tasks.isEmpty ? "" : "\(tasks)"
            }
        case .heartbeat:
            let heartbeat = heartbeat(state)
            return { "\(try await $0.heartbeat(heartbeat))" }
        default:
            let report = report(state)
            return { "\(try await $0.report(report))" }
        }
    }

    private mutating func claimTasksRequest() -> ClaimTasksRequest {
        ClaimTasksRequest(
            worker: worker(),
            queue: queue(),
            types: some(["Charge", "Ship"], 80),
            limit: Int(number(0...3)),
            now: at(now),
            runQueue: queue(),
            runTypes: some(Self.types, 60)
        )
    }

    private mutating func heartbeat(_ state: StoreDump) -> Heartbeat {
        let task = pick(state.runs.flatMap(\.tasks).filter { $0.state == .started })
        return Heartbeat(
            run: task?.run.key ?? RunKey(number(1...9)),
            scheduledEventID: task?.scheduledEventID ?? 2,
            attempt: (task?.attempt ?? 1) + (chance(10) ? 1 : 0),
            worker: task.map { chance(90) ? $0.worker : worker() } ?? worker(),
            details: text(),
            now: at(now)
        )
    }

    private mutating func report(_ state: StoreDump) -> AttemptReport {
        let task = pick(state.runs.flatMap(\.tasks))
        let byWorker = task?.state == .started ? chance(75) : chance(10)
        let decision: AttemptReport.Decision =
            switch number(1...5) {
            case 1: .ended(.completed(text()))
            case 2: .ended(.failed(.sample, .maximumAttemptsReached))
            case 3: .ended(.timedOut(.timeout(task?.deadlineType ?? .heartbeat), .timeout))
            case 4: .ended(.cancelled(details: text()))
            default: .retry(chance(50) ? .sample : .timeout(.heartbeat), visibleAt: at(now + number(0...500)))
            }
        return AttemptReport(
            run: task?.run.key ?? RunKey(1),
            scheduledEventID: task?.scheduledEventID ?? 2,
            attempt: (task?.attempt ?? 1) + (chance(7) ? 1 : 0),
            worker: byWorker ? (chance(90) ? task?.worker : worker()) : nil,
            now: at(now),
            decision: decision
        )
    }

    // MARK: Workers and lists
    private mutating func other(_ kind: OperationKind) -> @Sendable (any WorkflowStore) async throws -> String {
        let worker = worker()
        let time = at(now)
        let types = some(Self.types, 70)
        switch kind {
        case .nextDue:
            let queues = some(Self.queues, 60)
            return { store in
                let due = try await store.nextDue(for: worker, queues: queues, types: types)
                return due.map { "\($0)" } ?? ""
            }
        case .registerWorker:
            let registration = WorkerRegistration.sample(unique("worker"))
            return { "\(try await $0.registerWorker(registration))" }
        case .removeWorker:
            let worker = chance(50) ? worker : WorkerKey(number(5...99))
            return { "\(try await $0.removeWorker(worker, at: time))" }
        default:
            let filter = RunFilter(
                statuses: some(RunStatus.allCases, 50),
                workflowType: types.first,
                workflowIDPrefix: chance(30) ? name("w", 5) : nil,
                blockedOnly: chance(10),
                before: chance(30) ? RunKey(number(1...20)) : nil,
                limit: Int(number(0...5))
            )
            return { store in
                let runs = try await store.runs(filter).map(\.reference.key)
                let counts = try await store.countRuns(filter).sorted { $0.key.rawValue < $1.key.rawValue }
                let tasks = try await store.countTasks(in: "default")
                return runs.isEmpty ? "" : "\(runs) \(counts) \(tasks)"
            }
        }
    }
}
