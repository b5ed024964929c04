import Foundation
import OperatorCLI
import Testing
import WorkflowCore
import WorkflowStore

private let id = "publish-track/7f3a"

/// A store with one open run that has a bit of everything.
private func busyStore() -> FakeStore {
    FakeStore { content in
        content.runs = [
            .sample { run in
                run.waits = [RunWait(kind: "signal", name: "review", eventID: 3, location: "Publish.swift:42")]
            }, .sample(id: "publish-track/old", key: 3, status: .completed),
        ]
        content.histories[RunKey(7)] = Array(happyHistory.dropLast())
        content.tasks = [.running { $0.lastFailure = .application("no bucket", type: "StoreUnavailable") }]
        content.timers = [TimerRecord(startedEventID: 3, fireTime: later(60))]
        content.published = ["stage": json(#""reviewing""#)]
        content.workers = [.sample()]
        content.attempts = [
            AttemptRecord(
                scheduledEventID: 5,
                activityType: "TranscodeTrack",
                attempt: 1,
                identity: "w",
                startedAt: ago(40),
                endedAt: ago(35),
                outcome: "failed",
                failure: .application("no bucket", type: "StoreUnavailable"),
                heartbeatDetails: json("40"),
                nextAttemptAt: ago(34)
            )
        ]
    }
}

/// A command and the members its JSON objects have, in order: the contract with scripts.
struct Schema: Sendable, CustomTestStringConvertible {
    var command: [String]
    var isList = true
    var keys: [String]
    var testDescription: String { command.joined(separator: " ") }
}

private let runKeys = [
    "workflowId", "runId", "type", "status", "queue", "startTime", "closeTime", "historyEvents", "historyBytes",
    "cancelRequested", "unreadMessages", "blocked", "waitsFor", "hint", "cursor",
]

private let schemas = [
    Schema(command: ["workflow", "list"], keys: runKeys),
    Schema(command: ["workflow", "show", id], keys: ["eventId", "time", "type", "raw", "attributes"]),
    Schema(
        command: ["workflow", "describe", id],
        isList: false,
        keys: runKeys + [
            "worker", "workerAlive", "startedBy", "runTimeout", "input", "result", "failure", "published",
            "pendingActivities", "timers",
        ]
    ),
    Schema(
        command: ["workflow", "why", id],
        isList: false,
        keys: ["verdict", "waitsFor", "since", "until", "next", "withoutWorkers", "command", "pending"]
    ),
    Schema(
        command: ["workflow", "attempts", id],
        keys: [
            "scheduledEventId", "activityType", "attempt", "worker", "startedTime", "endedTime", "duration", "outcome",
            "failure", "heartbeatDetails", "nextAttemptTime",
        ]
    ),
    Schema(
        command: ["workflow", "start", "--type", "T", "--id", "i"],
        isList: false,
        keys: ["outcome", "workflowId", "runId"]
    ),
    Schema(
        command: ["workflow", "signal", id, "--name", "n"],
        isList: false,
        keys: ["outcome", "workflowId", "runId"]
    ),
    Schema(command: ["workflow", "cancel", id], isList: false, keys: ["outcome", "workflowId", "runId"]),
    Schema(
        command: ["worker", "list"],
        keys: [
            "key", "identity", "alive", "processId", "buildId", "registeredTime", "queues", "workflowTypes",
            "activityTypes",
        ]
    ),
]

@Suite("What commands print")
struct CommandOutputTests {
    @Test("json is one document with stable members", arguments: schemas)
    func json(_ schema: Schema) async throws {
        let run = await CommandLineRun(schema.command + ["-o", "json"], store: busyStore())
        let document = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        let objects = schema.isList ? document as? [[String: Any]] : (document as? [String: Any]).map { [$0] }
        #expect(try #require(objects).allSatisfy { Set($0.keys) == Set(schema.keys) })
        #expect(run.output.contains(schema.keys.first.map { "{\"\($0)\":" } ?? ""))
    }

    @Test("jsonl is one object per line", arguments: schemas)
    func lines(_ schema: Schema) async throws {
        let run = await CommandLineRun(schema.command + ["-o", "jsonl"], store: busyStore())
        let lines = run.output.split(separator: "\n")
        #expect(!lines.isEmpty && run.output.hasSuffix("\n"))
        for line in lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(Set(try #require(object).keys) == Set(schema.keys))
        }
    }

    @Test("a pipe gets no escape codes and whole ids", arguments: schemas)
    func pipe(_ schema: Schema) async {
        let run = await CommandLineRun(schema.command, store: busyStore())
        #expect(run.exitCode == 0)
        #expect(!run.output.contains("\u{1b}") && !run.messages.contains("\u{1b}"))
    }

    @Test(
        "colour follows the terminal, NO_COLOR, TERM and --color",
        arguments: [
            (["auto"], [:], true), (["auto"], ["NO_COLOR": "1"], false), (["auto"], ["NO_COLOR": ""], true),
            (["auto"], ["TERM": "dumb"], false), (["never"], [:], false), (["always"], ["NO_COLOR": "1"], true),
        ] as [([String], [String: String], Bool)]
    )
    func color(mode: [String], variables: [String: String], isColored: Bool) async {
        let run = await CommandLineRun(["workflow", "list", "--color"] + mode, store: busyStore()) {
            $0.terminal = .init(isOutputTTY: true, width: 200)
            $0.variables.merge(variables) { $1 }
        }
        #expect(run.output.contains("\u{1b}[") == isColored)
    }

    @Test("show tells what happened and, marked, what is pending")
    func show() async {
        let run = await CommandLineRun("workflow", "show", id, store: busyStore())
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(lines.first == "publish-track/7f3a  PublishTrack  running  run 0194-7")
        #expect(run.output.contains(#"activity TranscodeTrack completed            1"#))
        #expect(lines.contains("▶ waits for signal review at Publish.swift:42 (event 3)"))
        #expect(!run.output.contains("WorkflowTask"))
    }

    @Test("show uses ASCII in other locales")
    func ascii() async {
        let run = await CommandLineRun("workflow", "show", id, store: busyStore()) { $0.variables = ["LANG": "C"] }
        #expect(run.output.utf8.allSatisfy { $0 < 0x80 })
        #expect(run.output.contains("> waits for signal review"))
    }

    @Test("show cuts on a terminal only, and not with --full", arguments: [(80, false), (80, true), (nil, false)])
    func cutting(width: Int?, isFull: Bool) async {
        let run = await CommandLineRun(["workflow", "show", id] + (isFull ? ["--full"] : []), store: busyStore()) {
            $0.terminal = .init(isOutputTTY: width != nil, width: width)
            $0.variables["TERM"] = "dumb"
        }
        #expect(run.output.contains("…") == (width != nil && !isFull))
    }

    @Test("show --all gives every event")
    func all() async throws {
        let run = await CommandLineRun("workflow", "show", id, "--all", "-o", "jsonl", store: busyStore())
        #expect(run.output.split(separator: "\n").count == 8)
        #expect(run.output.contains(#""type":"workflow-task-started","raw":"WorkflowTaskStarted""#))
    }

    @Test("list pages by cursor and counts what the filter hides")
    func paging() async {
        let store = busyStore()
        let first = await CommandLineRun("workflow", "list", "--limit", "1", store: store)
        #expect(first.messages == "1 shown of 2: 1 running, 1 completed\n1 more; continue with --before 7\n")
        let second = await CommandLineRun("workflow", "list", "--before", "7", "-o", "jsonl", store: store)
        #expect(second.output.contains("publish-track/old"))
        #expect(store.seen.filters.last?.before == RunKey(7))
    }

    @Test("describe shows pending work and published state")
    func describe() async {
        let run = await CommandLineRun("workflow", "describe", id, "--time", "iso", store: busyStore())
        #expect(run.output.contains("published stage  \"reviewing\""))
        #expect(run.output.contains("2026-01-02T02:54:05.000Z by api"))
        #expect(run.output.contains("attempt 1 of 5 runs on worker worker-1@host since 2026-01-02T03:03:45.000Z"))
    }

    @Test("why repeats --database in what it suggests")
    func why() async {
        let run = await CommandLineRun("workflow", "why", id, "--database", "a b.sqlite", store: busyStore())
        #expect(run.output.contains("mizzo workflow attempts publish-track/7f3a --activity TranscodeTrack"))
        #expect(run.output.contains("--database 'a b.sqlite'"))
    }
}
