import WorkflowCore
import WorkflowStore

/// Writes a run's events in the chosen format, each once however often it is called.
struct HistoryWriter {
    private let context: CommandContext
    private let heading: String
    private let hasAll: Bool
    private let style: TextStyle
    private var view = HistoryView()
    private var nextEventID: EventID = 1
    private var hasHeader = false

    /// - Parameter heading: written above the first table.
    init(_ context: CommandContext, heading: String, hasAll: Bool, isFull: Bool) {
        self.context = context
        self.heading = heading
        self.hasAll = hasAll
        var style = context.style
        if isFull { style.width = nil }
        self.style = style
    }

    /// Writes what has been added since the last call.
    mutating func write(_ run: RunRecord) async throws {
        let key = run.reference.key
        let events = try await context.events(of: key, from: nextEventID)
        guard let last = events.last else { return }
        nextEventID = last.id + 1
        guard context.options.output == .table else {
            let shown = events.filter { hasAll || !$0.type.isWorkflowTask }
            return try context.write(list: shown.map { JSONValue($0) })
        }
        if hasAll { return try write(eventTable(events)) }
        view.note(try await context.store.keptAttempts(of: key))
        let rows = view.append(events)
        if !rows.isEmpty { try write(rowTable(rows)) }
    }

    private mutating func write(_ table: TextTable) throws {
        try context.write((hasHeader ? "" : heading) + table.text(style, hasHeader: !hasHeader))
        hasHeader = true
    }

    private func rowTable(_ rows: [HistoryRow]) -> TextTable {
        var table = TextTable([
            .init("EVENT", isRight: true), .init("TIME"), .init("WHAT", isFlexible: true),
            .init("ATTEMPTS", isRight: true), .init("QUEUED", isRight: true), .init("TOOK", isRight: true),
            .init("INPUT \(style.arrow) RESULT", isFlexible: true),
        ])
        for row in rows {
            table.add(
                .init(String(row.id), .muted),
                .init(context.time.time(row.time), .muted),
                .init(row.what, row.tone),
                .init(row.attempts.map { String($0) } ?? ""),
                .init(row.queued?.forPeople ?? ""),
                .init(row.took?.forPeople ?? ""),
                .init(row.detail(style))
            )
        }
        return table
    }

    private func eventTable(_ events: [HistoryEvent]) -> TextTable {
        var table = TextTable([
            .init("EVENT", isRight: true), .init("TIME"), .init("TYPE"), .init("ATTRIBUTES", isFlexible: true),
        ])
        for event in events {
            table.add(
                .init(String(event.id), .muted),
                .init(context.time.time(event.time), .muted),
                .init(event.type.name),
                .init(JSONValue(event)["attributes"]?.text ?? "")
            )
        }
        return table
    }
}
