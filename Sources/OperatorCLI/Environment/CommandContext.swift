import WorkflowCore
import WorkflowStore

/// What a running command works with.
struct CommandContext: Sendable {
    let environment: OperatorEnvironment
    let options: CommonOptions
    let database: String
    let store: any WorkflowStore
    let style: TextStyle

    /// - Throws: ``CommandFailure`` `database-not-found` when there is no file, `database-unavailable` when it cannot
    ///   be opened. A file is never created: a mistyped path must not look like an empty database.
    init(_ options: CommonOptions, _ environment: OperatorEnvironment) async throws {
        self.environment = environment
        self.options = options
        let variable = environment.variables[CommonOptions.databaseVariable]
        database = options.database ?? variable.flatMap { $0.isEmpty ? nil : $0 } ?? CommonOptions.defaultDatabase
        style = TextStyle(options.color, environment)
        guard environment.fileExists(database) else {
            throw CommandFailure(
                .databaseUnavailable,
                code: "database-not-found",
                message: "there is no database at \(database). Start a worker, or name the file with --database."
            )
        }
        store = try await Self.open(database, environment)
    }

    private static func open(_ path: String, _ environment: OperatorEnvironment) async throws -> any WorkflowStore {
        do {
            return try await environment.openStore(path)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw environment.explain(error)
                ?? CommandFailure(
                    .databaseUnavailable,
                    code: "database-unavailable",
                    message: "the database at \(path) cannot be opened: \(error). Check the file and its permissions."
                )
        }
    }

    var now: Timestamp { environment.now() }

    /// Read again for every piece of output: a followed run goes on for long.
    var time: TimeText { TimeText(mode: options.time, now: now) }

    // MARK: Reading

    /// The run a command is about.
    func run(_ target: RunTarget) async throws -> RunRecord {
        guard let run = try await store.run(target) else {
            throw CommandFailure.workflowNotFound(target.workflowID, target.runID, database: database)
        }
        return run
    }

    /// The run's events from `eventID` on.
    func events(of run: RunKey, from eventID: EventID = 1) async throws -> [HistoryEvent] {
        try await store.history(of: run, from: eventID)
            .flatMap { try HistoryCoding.decode($0.events) }
            .filter { $0.id >= eventID }
    }

    // MARK: Writing

    func write(_ text: String) throws {
        guard !text.isEmpty else { return }
        try environment.output.write(text.hasSuffix("\n") ? text : text + "\n")
    }

    func note(_ text: String) { environment.output.writeMessage(text + "\n") }

    /// One object: the whole document in both JSON formats.
    func write(_ value: JSONValue) throws { try write(value.text) }

    /// A list: one array, or one line per element.
    func write(list: [JSONValue]) throws {
        switch options.output {
        case .jsonl: try write(list.map(\.text).joined(separator: "\n"))
        default: try write(list.isEmpty ? "[]" : "[\n  " + list.map(\.text).joined(separator: ",\n  ") + "\n]")
        }
    }

    /// ` --database PATH` for a suggested command, when this one needed it.
    var databaseFlag: String { options.database.map { " --database \($0.shellQuoted)" } ?? "" }
}

extension String {
    /// The text as one word of a POSIX shell.
    var shellQuoted: String {
        let plain = utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "@"):
                true
            default: false
            }
        }
        if plain && !isEmpty && !hasPrefix("-") { return self }
        return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
