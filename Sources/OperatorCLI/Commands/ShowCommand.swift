import ArgumentParser
import WorkflowCore
import WorkflowStore

struct ShowCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "What happened in a run, and what is pending.",
        discussion: """
            One row per activity, timer, signal and state of the run; --all gives every recorded \
            event. JSON holds the events themselves, with decoded payloads; those that only say \
            that workflow code ran need --all.

            EXAMPLES:
              mizzo workflow show publish-track/7f3a
              mizzo workflow show publish-track/7f3a --full --time iso
              mizzo workflow show publish-track/7f3a --follow
              mizzo workflow show publish-track/7f3a --all -o jsonl
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var workflow: RunArguments

    @Flag(help: "Every recorded event, one row each.")
    var all = false

    @Flag(help: "Cut nothing, however narrow the terminal.")
    var full = false

    @Flag(name: .shortAndLong, help: "Go on until the run closes. Ctrl-C stops following; the run goes on.")
    var follow = false

    func validate() throws {
        if follow && common.output == .json {
            throw ValidationError("--follow gives an endless list, which json cannot be: use -o jsonl or table.")
        }
    }

    func execute(_ context: CommandContext) async throws {
        // Before the first look, so that no change behind it is missed.
        let changes = follow ? StoreTicks(context.store, readerOf: context.environment.output) : nil
        defer { changes?.stop() }
        var run = try await context.run(workflow.target)
        var writer = HistoryWriter(context, heading: heading(run, context), hasAll: all, isFull: full)
        try await writer.write(run)
        if let changes {
            // A new run of the id may follow; this one is followed to its end.
            let target = RunTarget(run.reference.workflowID, runID: run.reference.runID)
            var ticks = changes.ticks.makeAsyncIterator()
            while !run.status.isClosed, await ticks.next() != nil {
                try changes.checkReader()
                run = try await context.run(target)
                try await writer.write(run)
            }
        }
        if context.options.output == .table { try await writePending(run, context) }
    }

    private func heading(_ run: RunRecord, _ context: CommandContext) -> String {
        let status = context.style.paint(run.statusWord, run.tone)
        let id = context.style.paint(run.reference.workflowID.rawValue.printable, .strong)
        let started = "started \(context.time.time(run.startTime))"
        let took = "\(run.status.isClosed ? "took" : "open for") \(run.duration(at: context.now).forPeople)"
        return "\(id)  \(run.workflowType.printable)  \(status)  run \(run.reference.runID)\n\(started), \(took), "
            + "queue \(run.taskQueue.rawValue.printable)\n\n"
    }

    private func writePending(_ run: RunRecord, _ context: CommandContext) async throws {
        let key = run.reference.key
        let pending = PendingView(
            run: run,
            tasks: try await context.store.tasks(of: key),
            timers: try await context.store.timers(of: key),
            workers: try await context.store.workers(),
            time: context.time
        )
        for line in pending.lines {
            let event = line.event > 0 ? " (event \(line.event))" : ""
            var text = "\(context.style.pendingMark) \(line.text.printable)\(event)"
            if let width = context.style.width, !full { text = context.style.cut(text, to: width) }
            try context.write(context.style.paint(text, line.isTrouble ? .bad : .active))
        }
    }
}
