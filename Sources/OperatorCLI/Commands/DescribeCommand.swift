import ArgumentParser
import WorkflowCore
import WorkflowStore

struct DescribeCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Everything about a run except its history.",
        discussion: """
            EXAMPLES:
              mizzo workflow describe publish-track/7f3a
              mizzo workflow describe publish-track/7f3a -o json
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var workflow: RunArguments

    func execute(_ context: CommandContext) async throws {
        let run = try await context.run(workflow.target)
        let key = run.reference.key
        let description = RunDescription(
            run: run,
            tasks: try await context.store.tasks(of: key),
            timers: try await context.store.timers(of: key),
            workers: try await context.store.workers(),
            published: try await context.store.published(of: key),
            first: try await context.events(of: key).first,
            last: try await context.events(of: key, from: run.nextEventID - 1).last
        )
        if context.options.output == .table {
            try context.write(description.card(context.time).text(context.style))
        } else {
            try context.write(description.json)
        }
    }
}

/// What `describe` shows.
struct RunDescription {
    let run: RunRecord
    let tasks: [TaskRecord]
    let timers: [TimerRecord]
    let workers: [WorkerRecord]
    let published: [String: Payload]
    let first: HistoryEvent?
    let last: HistoryEvent?

    private var started: WorkflowExecutionStarted? {
        if case .workflowExecutionStarted(let started) = first?.attributes { started } else { nil }
    }

    private var owner: WorkerRecord? { workers.first { $0.key == run.owner } }

    // MARK: Card

    func card(_ time: TimeText) -> Card {
        var card = Card()
        card.add("workflow id", run.reference.workflowID.rawValue)
        card.add("run id", run.reference.runID.rawValue)
        card.add("type", run.workflowType)
        card.add("status", run.statusWord, run.tone)
        card.add("queue", run.taskQueue.rawValue)
        card.add("worker", ownerWords)
        card.add("started", time.time(run.startTime) + (started.map { " by \($0.identity)" } ?? ""))
        card.add("closed", run.closeTime.map { time.time($0) })
        card.add("duration", run.duration(at: time.now).forPeople)
        card.add("run timeout", started?.workflowRunTimeout?.forPeople)
        card.add("history", "\(run.nextEventID - 1) events, \(run.historyBytes.bytesForPeople)")
        card.add("cancel requested", run.cancelRequested ? "yes" : nil, .warning)
        for (name, value) in published.sorted(by: { $0.key < $1.key }) { card.add("published \(name)", value.oneLine) }
        card.add("input", started?.input?.oneLine)
        addOutcome(to: &card)
        let pending = PendingView(run: run, tasks: tasks, timers: timers, workers: workers, time: time)
        for (index, line) in pending.lines.enumerated() {
            card.add(index == 0 ? "pending" : "", line.text, line.isTrouble ? .bad : .plain)
        }
        return card
    }

    private var ownerWords: String? {
        if run.owner == .nobody { return run.status.isClosed ? nil : "none: any worker of the type may continue it" }
        guard let owner else { return "#\(run.owner), gone" }
        let build = owner.registration.buildID.isEmpty ? "" : ", build \(owner.registration.buildID)"
        return owner.registration.identity + build + (owner.isAlive ? "" : ", gone")
    }

    private func addOutcome(to card: inout Card) {
        switch last?.attributes {
        case .workflowExecutionCompleted(let completed): card.add("result", completed.result?.oneLine ?? "nothing")
        case .workflowExecutionFailed(let failed):
            card.add("failure", list: failed.failure.chain.map(\.headline), .bad)
        case .workflowExecutionTerminated(let reason, let identity):
            card.add("terminated by", identity + (reason.isEmpty ? "" : ": \(reason)"), .bad)
        default: break
        }
    }

    // MARK: JSON

    var json: JSONValue {
        guard case .object(var members) = JSONValue(run) else { return .null }
        members.append(.init(name: "worker", value: .of(owner?.registration.identity)))
        members.append(.init(name: "workerAlive", value: owner.map { .bool($0.isAlive) } ?? .null))
        members.append(.init(name: "startedBy", value: .of(started?.identity)))
        members.append(.init(name: "runTimeout", value: JSONValue(seconds: started?.workflowRunTimeout)))
        members.append(.init(name: "input", value: JSONValue(started?.input)))
        members.append(.init(name: "result", value: result))
        members.append(.init(name: "failure", value: failure))
        let values = published.sorted { $0.key < $1.key }.map { JSONValue.Member(name: $0.key, value: .init($0.value)) }
        members.append(.init(name: "published", value: .object(values)))
        members.append(.init(name: "pendingActivities", value: .array(tasks.map { JSONValue($0, workers: workers) })))
        let armed = timers.map { timer -> JSONValue in
            ["startedEventId": .int(timer.startedEventID), "fireTime": JSONValue(timer.fireTime)]
        }
        members.append(.init(name: "timers", value: .array(armed)))
        return .object(members)
    }

    private var result: JSONValue {
        if case .workflowExecutionCompleted(let completed) = last?.attributes {
            JSONValue(completed.result)
        } else {
            .null
        }
    }

    private var failure: JSONValue {
        switch last?.attributes {
        case .workflowExecutionFailed(let failed): JSONValue(failed.failure)
        case .workflowExecutionTerminated(let reason, _): JSONValue(Failure(message: reason, kind: .terminated))
        default: .null
        }
    }
}

extension JSONValue {
    /// An activity without outcome.
    init(_ task: TaskRecord, workers: [WorkerRecord]) {
        self = [
            "scheduledEventId": .int(task.scheduledEventID), "activityType": .string(task.scheduled.activityType),
            "queue": .of(task.scheduled.taskQueue), "state": .string(task.state == .started ? "running" : "waiting"),
            "attempt": .int(task.attempt), "maximumAttempts": .int(task.scheduled.retryPolicy.maximumAttempts),
            "scheduledTime": JSONValue(task.scheduledTime), "visibleTime": JSONValue(task.visibleAt),
            "startedTime": JSONValue(task.startedAt), "deadline": JSONValue(task.deadline),
            "deadlineType": .of(task.deadlineType),
            "worker": task.worker == .nobody ? .null : .string(workers.name(of: task.worker)),
            "lastHeartbeatTime": JSONValue(task.lastHeartbeat), "heartbeatDetails": JSONValue(task.heartbeatDetails),
            "lastFailure": JSONValue(task.lastFailure), "cancelRequested": .bool(task.cancelRequested),
            "input": JSONValue(task.scheduled.input),
        ]
    }
}
