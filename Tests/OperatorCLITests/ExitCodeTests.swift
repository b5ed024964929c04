import OperatorCLI
import Testing
import WorkflowCore
import WorkflowStore

private let id = "publish-track/7f3a"

private func store(_ configure: (inout FakeStore.Content) -> Void = { _ in }) -> FakeStore {
    FakeStore { content in
        content.runs = [.sample()]
        content.histories[RunKey(7)] = happyHistory
        configure(&content)
    }
}

/// A store whose only run has closed with an event.
private func closed(_ status: RunStatus, by attributes: EventAttributes) -> FakeStore {
    FakeStore { content in
        content.runs = [.sample(status: status) { $0.nextEventID = 3 }]
        content.histories[RunKey(7)] = history(.started, attributes)
    }
}

private struct Unexpected: Error {}

/// A command line, the world it meets, and what scripts see.
struct ExitCase: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var code: Int32
    /// A part of the message, code in brackets included.
    var says: String
    var store: FakeStore
    var environment: @Sendable (inout OperatorEnvironment) -> Void = { _ in }

    init(
        _ arguments: String...,
        code: Int32,
        says: String = "",
        store: FakeStore,
        environment: @escaping @Sendable (inout OperatorEnvironment) -> Void = { _ in }
    ) {
        self.arguments = arguments
        self.code = code
        self.says = says
        self.store = store
        self.environment = environment
    }

    var testDescription: String { "\(arguments.joined(separator: " ")) exits \(code) \(says)" }
}

private let failed = WorkflowExecutionFailed(
    failure: .application("no audio", type: "BadAudio"),
    workflowTaskCompletedEventID: 1
)

private let exitCases: [ExitCase] = [
    ExitCase("workflow", "list", code: 0, says: "1 shown of 1: 1 running", store: store()),
    ExitCase("workflow", "list", "--help", code: 0, says: "EXAMPLES", store: store()),
    ExitCase("workflow", "list", "--limit", "0", code: 64, says: "--limit must be between", store: store()),
    ExitCase("workflow", "list", "--status", "open", code: 64, says: "timed-out", store: store()),
    ExitCase("workflow", "show", "x", code: 66, says: "[workflow-not-found]", store: store()),
    ExitCase("workflow", "show", id, "--run-id", "y", code: 66, says: "run y", store: store()),
    ExitCase("workflow", "show", id, "--follow", "-o", "json", code: 64, says: "jsonl", store: store()),
    ExitCase(
        "workflow",
        "show",
        id,
        code: 65,
        says: "[history-not-readable]",
        store: store { $0.damagedHistory = true }
    ),
    ExitCase("workflow", "list", code: 70, says: "[internal]", store: store { $0.error = Unexpected() }),
    ExitCase("workflow", "list", code: 75, says: "[interrupted]", store: store { $0.error = CancellationError() }),
    ExitCase(
        "workflow",
        "list",
        code: 75,
        says: "busy [database-busy]",
        store: store { $0.error = Unexpected() },
        environment: {
            $0.explain = { _ in CommandFailure(.temporary, code: "database-busy", message: "busy") }
        }
    ),
    ExitCase(
        "workflow",
        "list",
        "--database",
        "/x/y",
        code: 69,
        says: "no database at /x/y",
        store: store(),
        environment: { $0.fileExists = { _ in false } }
    ),
    ExitCase(
        "workflow",
        "list",
        code: 69,
        says: "[database-unavailable]",
        store: store(),
        environment: { $0.openStore = { _ in throw Unexpected() } }
    ),
    ExitCase("workflow", "signal", id, "--name", "review", "--input", "{a}", code: 64, says: "--input", store: store()),
    ExitCase(
        "workflow",
        "signal",
        id,
        "--name",
        "review",
        code: 1,
        says: "[workflow-closed]",
        store: store { $0.signalOutcome = .closed(RunRecord.sample().reference, .completed) }
    ),
    ExitCase("workflow", "signal", "x", "--name", "n", code: 66, store: store { $0.signalOutcome = .notFound }),
    ExitCase("workflow", "cancel", "x", code: 66, store: store { $0.cancelOutcome = .notFound }),
    ExitCase(
        "workflow",
        "cancel",
        id,
        code: 0,
        says: "already completed",
        store: store { $0.cancelOutcome = .noEffect(RunRecord.sample().reference, .completed) }
    ),
    ExitCase(
        "workflow",
        "start",
        "--type",
        "T",
        "--id",
        id,
        code: 1,
        says: "[workflow-already-started]",
        store: store { $0.startOutcome = .refused(RunRecord.sample().reference, .running) }
    ),
    ExitCase("workflow", "start", "--type", "T", "--id", "", code: 64, says: "--id must have", store: store()),
    ExitCase("workflow", "terminate", id, "--reason", "r", code: 64, says: "Pass --yes", store: store()),
    ExitCase("workflow", "terminate", id, "--reason", "r", "--yes", code: 0, store: store()),
    ExitCase("workflow", "result", id, "--no-wait", code: 24, says: "[workflow-running]", store: store()),
    ExitCase("workflow", "result", id, "--timeout", "5", code: 75, says: "[wait-timed-out]", store: store()),
    ExitCase("workflow", "result", id, code: 0, store: closed(.completed, by: .completed)),
    ExitCase(
        "workflow",
        "result",
        id,
        code: 20,
        says: "no audio [BadAudio]",
        store: closed(.failed, by: .workflowExecutionFailed(failed))
    ),
    ExitCase(
        "workflow",
        "result",
        id,
        code: 21,
        store: closed(.cancelled, by: .workflowExecutionCanceled(workflowTaskCompletedEventID: 1))
    ),
    ExitCase(
        "workflow",
        "result",
        id,
        code: 22,
        says: "by admin: mistake",
        store: closed(.terminated, by: .workflowExecutionTerminated(reason: "mistake", identity: "admin"))
    ),
    ExitCase("workflow", "result", id, code: 23, store: closed(.timedOut, by: .workflowExecutionTimedOut)),
    ExitCase(
        "workflow",
        "result",
        id,
        code: 65,
        says: "[history-not-valid]",
        store: closed(.completed, by: .workflowTaskScheduled)
    ),
    ExitCase("worker", "list", code: 0, says: "no worker is registered", store: store()),
]

@Suite("Exit codes")
struct ExitCodeTests {
    @Test("scripts see how a command ended", arguments: exitCases)
    func exitCode(_ example: ExitCase) async {
        let run = await CommandLineRun(example.arguments, store: example.store, configure: example.environment)
        #expect(run.exitCode == example.code)
        #expect(run.messages.contains(example.says))
        if example.code != 0 { #expect(run.output.isEmpty) }
    }

    @Test("a reader that has gone ends the command silently")
    func brokenPipe() async {
        let run = await CommandLineRun("workflow", "list", store: store(), output: CapturedOutput(isBroken: true))
        #expect(run.exitCode == 141)
        #expect(run.messages.isEmpty)
    }

    @Test("terminate asks on a terminal", arguments: [("y", 0), ("yes", 0), ("n", 1), ("", 1)])
    func confirmation(answer: String, code: Int32) async {
        let store = store()
        let run = await CommandLineRun(
            "workflow",
            "terminate",
            id,
            "--reason",
            "r",
            store: store,
            output: CapturedOutput(answer: answer)
        ) { $0.terminal.isInputTTY = true }
        #expect(run.exitCode == code)
        #expect(run.messages.contains("Terminate \(id) (PublishTrack, running, run 0194-7)? [y/N]"))
        #expect(store.seen.terminates.count == (code == 0 ? 1 : 0))
    }

    @Test("an error text cannot steer the terminal")
    func escapes() async {
        let run = await CommandLineRun("workflow", "show", "\u{1b}[2J", store: store())
        #expect(run.exitCode == 66)
        #expect(!run.messages.contains("\u{1b}"))
    }
}
