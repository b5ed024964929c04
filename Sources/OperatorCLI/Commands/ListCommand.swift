import ArgumentParser
import WorkflowCore
import WorkflowStore

struct ListCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Runs, newest first.",
        discussion: """
            No run is hidden by default. Counts and the next page's cursor go to standard error.

            EXAMPLES:
              mizzo workflow list
              mizzo workflow list --status failed --status timed-out --type PublishTrack
              mizzo workflow list --prefix publish-track/ --limit 500 -o jsonl
              mizzo workflow list --blocked
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only runs of this status; may be repeated.")
    var status: [RunStatus] = []

    @Option(help: "Only runs of this workflow type.")
    var type: String?

    @Option(help: "Only runs whose workflow id begins like this.")
    var prefix: String?

    @Flag(help: "Only runs that are blocked.")
    var blocked = false

    @Option(help: "How many runs at most.")
    var limit = 50

    @Option(help: ArgumentHelp("Continue behind this run: the cursor of the page before.", valueName: "cursor"))
    var before: Int64?

    func validate() throws {
        guard (1...10_000).contains(limit) else {
            throw ValidationError("--limit must be between 1 and 10000, got \(limit).")
        }
    }

    func execute(_ context: CommandContext) async throws {
        var filter = RunFilter(
            statuses: status,
            workflowType: type,
            workflowIDPrefix: prefix,
            blockedOnly: blocked,
            before: before.map { RunKey($0) },
            limit: limit + 1
        )
        let found = try await context.store.runs(filter)
        let page = Array(found.prefix(limit))
        if context.options.output == .table {
            try context.write(table(page, context).text(context.style))
        } else {
            try context.write(list: page.map(JSONValue.init))
        }
        filter.statuses = []
        let counts = try await context.store.countRuns(filter)
        context.note(footer(counts, shown: page.count, next: found.count > limit ? page.last : nil))
    }

    private func table(_ runs: [RunRecord], _ context: CommandContext) -> TextTable {
        var table = TextTable([
            .init("STATUS"), .init("WORKFLOW ID"), .init("TYPE", isFlexible: true), .init("STARTED"),
            .init("DURATION", isRight: true), .init("WAITING FOR", isFlexible: true),
        ])
        for run in runs {
            let hint = run.waitingHint ?? ""
            table.add(
                .init(run.statusWord, run.tone),
                .init(run.reference.workflowID.rawValue),
                .init(run.workflowType),
                .init(context.time.time(run.startTime)),
                .init(run.duration(at: context.now).forPeople),
                .init(hint, run.blocked == nil ? .plain : .bad)
            )
        }
        return table
    }

    private func footer(_ counts: [RunStatus: Int], shown: Int, next: RunRecord?) -> String {
        let words = RunStatus.allCases.compactMap { status in counts[status].map { "\($0) \(status)" } }
        let total = counts.values.reduce(0, +)
        var footer = total == 0 ? "no runs match" : "\(shown) shown of \(total): \(words.joined(separator: ", "))"
        if let next {
            let matching = status.isEmpty ? total : status.reduce(0) { $0 + (counts[$1] ?? 0) }
            let rest = before == nil ? "\(matching - shown) more" : "more"
            footer += "\n\(rest); continue with --before \(next.reference.key)"
        }
        return footer
    }
}

extension RunRecord {
    /// The status; `blocked` for an open run that nobody can advance.
    var statusWord: String { blocked != nil && !status.isClosed ? "blocked" : status.description }

    var tone: TextStyle.Tone {
        if blocked != nil && !status.isClosed { return .bad }
        switch status {
        case .running: return .active
        case .completed: return .good
        case .failed, .terminated: return .bad
        case .cancelled, .timedOut: return .warning
        }
    }

    /// From start to close, or until now.
    func duration(at now: Timestamp) -> Duration { max((closeTime ?? now) - startTime, .zero) }
}

extension RunStatus: ExpressibleByArgument {
    /// Reads the name that ``description`` gives.
    public init?(argument: String) {
        guard let status = RunStatus.allCases.first(where: { $0.description == argument.lowercased() }) else {
            return nil
        }
        self = status
    }

    /// The names, for help texts and messages.
    public static var allValueStrings: [String] { allCases.map(\.description) }

    /// The name a default has in help texts.
    public var defaultValueDescription: String { description }
}
