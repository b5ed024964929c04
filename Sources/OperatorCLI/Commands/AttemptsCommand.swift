import ArgumentParser
import WorkflowCore
import WorkflowStore

struct AttemptsCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "attempts",
        abstract: "Every attempt of a run's activities.",
        discussion: """
            JSON holds the attempts that have ended; `describe` holds the current ones.

            EXAMPLES:
              mizzo workflow attempts publish-track/7f3a
              mizzo workflow attempts publish-track/7f3a --activity TranscodeTrack -o jsonl
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var workflow: RunArguments

    @Option(help: ArgumentHelp("Only attempts of this activity type.", valueName: "type"))
    var activity: String?

    func execute(_ context: CommandContext) async throws {
        let run = try await context.run(workflow.target)
        let attempts = try await context.store.attempts(of: run.reference.key)
            .filter { activity == nil || $0.activityType == activity }
        let running = try await context.store.tasks(of: run.reference.key)
            .filter { activity == nil || $0.scheduled.activityType == activity }
        if context.options.output != .table { return try context.write(list: attempts.map { JSONValue($0) }) }
        let workers = try await context.store.workers()
        if !attempts.isEmpty { try context.write(table(attempts, context).text(context.style)) }
        for task in running {
            let situation = TaskSituation.of(task, workers: workers, now: context.now)
            let text = "\(task.scheduled.activityType) (event \(task.scheduledEventID)) "
            try context.write(
                context.style.paint(
                    "\(context.style.pendingMark) \(text)\(situation.words(task, workers, context.time))".printable,
                    situation.isTrouble ? .bad : .active
                )
            )
        }
        if attempts.isEmpty && running.isEmpty { context.note("no attempts") }
    }

    private func table(_ attempts: [AttemptRecord], _ context: CommandContext) -> TextTable {
        var table = TextTable([
            .init("EVENT", isRight: true), .init("ACTIVITY"), .init("ATTEMPT", isRight: true), .init("OUTCOME"),
            .init("WORKER"), .init("STARTED"), .init("ENDED"), .init("TOOK", isRight: true),
            .init("NEXT ATTEMPT"), .init("FAILURE", isFlexible: true), .init("LAST HEARTBEAT", isFlexible: true),
        ])
        for attempt in attempts {
            table.add(
                .init(String(attempt.scheduledEventID), .muted),
                .init(attempt.activityType),
                .init(String(attempt.attempt)),
                .init(attempt.outcome, attempt.tone),
                .init(attempt.identity),
                .init(attempt.startedAt.map { context.time.time($0) } ?? context.style.none),
                .init(context.time.time(attempt.endedAt)),
                .init(attempt.duration?.forPeople ?? context.style.none),
                .init(attempt.nextAttemptAt.map { context.time.time($0) } ?? context.style.none),
                .init(attempt.failure?.chainText ?? ""),
                .init(attempt.heartbeatDetails?.oneLine ?? "")
            )
        }
        return table
    }
}

extension AttemptRecord {
    fileprivate var duration: Duration? { startedAt.map { endedAt - $0 } }

    fileprivate var tone: TextStyle.Tone {
        switch outcome {
        case "completed": .good
        case "failed", "worker-lost": .bad
        default: .warning
        }
    }
}

extension JSONValue {
    /// A finished attempt.
    fileprivate init(_ attempt: AttemptRecord) {
        self = [
            "scheduledEventId": .int(attempt.scheduledEventID), "activityType": .string(attempt.activityType),
            "attempt": .int(attempt.attempt), "worker": .string(attempt.identity),
            "startedTime": JSONValue(attempt.startedAt), "endedTime": JSONValue(attempt.endedAt),
            "duration": JSONValue(seconds: attempt.duration), "outcome": .string(attempt.outcome),
            "failure": JSONValue(attempt.failure), "heartbeatDetails": JSONValue(attempt.heartbeatDetails),
            "nextAttemptTime": JSONValue(attempt.nextAttemptAt),
        ]
    }
}
