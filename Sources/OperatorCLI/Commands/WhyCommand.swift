import ArgumentParser
import WorkflowCore
import WorkflowStore

struct WhyCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Why a run has not finished: one verdict, and what helps.",
        discussion: """
            EXAMPLES:
              mizzo workflow why publish-track/7f3a
              mizzo workflow why publish-track/7f3a -o json
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var workflow: RunArguments

    func execute(_ context: CommandContext) async throws {
        let run = try await context.run(workflow.target)
        let key = run.reference.key
        var verdict = Verdict.of(
            run: run,
            tasks: try await context.store.tasks(of: key),
            timers: try await context.store.timers(of: key),
            workers: try await context.store.workers(),
            now: context.now
        )
        verdict.command = verdict.command.map { $0 + context.databaseFlag }
        if context.options.output != .table { return try context.write(JSONValue(verdict)) }
        var card = Card()
        card.add("workflow", "\(run.reference.workflowID) (\(run.workflowType), \(run.statusWord))", .strong)
        card.add("waits for", verdict.summary, verdict.code.tone)
        card.add("since", verdict.since.map { context.time.time($0) })
        card.add("next", verdict.next)
        card.add("if no worker lives", verdict.withoutWorkers)
        card.add("pending", list: verdict.others)
        card.add("try", verdict.command)
        card.add("verdict", verdict.code.rawValue, .muted)
        try context.write(card.text(context.style))
    }
}

extension Verdict.Code {
    fileprivate var tone: TextStyle.Tone {
        switch self {
        case .blocked, .ownerGoneNoWorker, .noWorkflowWorker, .activityQueueNotServed, .activityTypeNotServed: .bad
        case .ownerGone, .activityRetrying, .activityOverdue, .activityWorkerGone, .activitySlotsBusy: .warning
        case .closed, .aboutToContinue, .activityAboutToStart, .activityRunning, .waitingForSignal,
            .waitingForCondition, .waitingForTimer, .working:
            .plain
        }
    }
}
