import Glibc
import OperatorCLI
import Synchronization
import Testing
import WorkflowCore
import WorkflowStore

private let id = "publish-track/7f3a"

private func openStore() -> FakeStore {
    FakeStore { content in
        content.runs = [.sample()]
        content.histories[RunKey(7)] = Array(happyHistory.prefix(7))
    }
}

@Suite("Commands that change runs, and commands that wait")
struct RequestTests {
    @Test("start sends canonical JSON, the policies and a new run id")
    func start() async throws {
        let store = openStore()
        let run = await CommandLineRun(
            "workflow",
            "start",
            "--type",
            "T",
            "--id",
            "i",
            "--input",
            #"{ "b": 1, "a": 2 }"#,
            "--queue",
            "q",
            "--request-id",
            "r",
            "--reuse",
            "reject-duplicate",
            "--conflict",
            "use-existing",
            store: store
        )
        let request = try #require(store.seen.starts.first)
        #expect(request.started.input == json(#"{"a":2,"b":1}"#))
        #expect(request.started.taskQueue == "q" && request.started.identity == "operator-test")
        #expect(request.requestID == "r" && request.owner == .nobody && request.now == testNow)
        #expect(request.reusePolicy == .rejectDuplicate && request.conflictPolicy == .useExisting)
        #expect(run.output == "started i run new-run\n")
    }

    @Test("signal sends canonical JSON to the run that is named")
    func signal() async throws {
        let store = openStore()
        await CommandLineRun(
            "workflow",
            "signal",
            id,
            "--run-id",
            "0194-7",
            "--name",
            "review",
            "--input",
            "[ 1 ]",
            "--request-id",
            "r",
            store: store
        )
        let request = try #require(store.seen.signals.first)
        #expect(request.target == RunTarget(WorkflowID(id), runID: RunID("0194-7")))
        #expect(request.signal.input == json("[1]") && request.signal.requestID == "r")
    }

    @Test("a signal without --input carries nothing")
    func emptySignal() async throws {
        let store = openStore()
        await CommandLineRun("workflow", "signal", id, "--name", "registered", store: store)
        #expect(try #require(store.seen.signals.first).signal.input == nil)
    }

    @Test("cancel and terminate pass the reason on")
    func reasons() async throws {
        let store = openStore()
        await CommandLineRun("workflow", "cancel", id, "--reason", "a", store: store)
        await CommandLineRun("workflow", "terminate", id, "--reason", "b", "--yes", store: store)
        #expect(store.seen.cancels.map(\.cause) == ["a"])
        #expect(store.seen.terminates.map(\.reason) == ["b"])
    }

    @Test("the database is --database, else MIZZO_DATABASE, else the default")
    func database() async {
        let opened = Mutex<[String]>([])
        let store = openStore()
        for (arguments, variable) in [(["--database", "a"], "b"), ([], "b"), ([], "")] {
            await CommandLineRun(["workflow", "list"] + arguments, store: store) { environment in
                environment.variables["MIZZO_DATABASE"] = variable
                environment.openStore = { path in
                    opened.withLock { $0.append(path) }
                    return store
                }
            }
        }
        #expect(opened.withLock { $0 } == ["a", "b", "./var/mizzo.sqlite"])
    }

    @Test("the live environment sees the variables that commands read")
    func variables() {
        setenv("MIZZO_DATABASE", "from-environment", 1)
        defer { unsetenv("MIZZO_DATABASE") }
        let environment = OperatorEnvironment.live { _ in openStore() }
        #expect(environment.variables["MIZZO_DATABASE"] == "from-environment")
    }

    /// Closes the run, as a worker in another process would.
    private static func close(_ store: FakeStore) {
        store.change { content in
            content.runs = [.sample(status: .completed) { $0.nextEventID = 10 }]
            content.histories[RunKey(7)] = happyHistory
        }
    }

    @Test("show --follow ends when its reader has gone, though nothing happens any more")
    func readerGone() async {
        let store = openStore()
        let output = CapturedOutput(hasReader: false)
        let run = await CommandLineRun("workflow", "show", id, "--follow", "-o", "jsonl", store: store, output: output)
        #expect(run.exitCode == 141)
        #expect(store.seen.observers.isEmpty)
    }

    @Test("show --follow prints each event once and ends with the run", arguments: [0, 1, 3])
    func follow(changesBeforeClose: Int) async {
        let store = openStore()
        store.change { content in
            content.onHistoryRead = Array(repeating: { $0.change { _ in } }, count: changesBeforeClose)
            content.onHistoryRead.append { Self.close($0) }
        }
        let run = await CommandLineRun("workflow", "show", id, "--follow", "-o", "jsonl", store: store)
        #expect(run.exitCode == 0)
        #expect(run.output.split(separator: "\n").count == 6)
        #expect(run.output.contains("workflow-execution-completed"))
        #expect(store.seen.observers.isEmpty)
    }

    @Test("result waits for the run to close and prints its result")
    func result() async {
        let store = openStore()
        let hasWaited = Mutex(false)
        let run = await CommandLineRun("workflow", "result", id, "--timeout", "5", store: store) { environment in
            // The sleep begins after the wait: the run closes then, and the time never passes.
            environment.sleep = { _ in
                hasWaited.withLock { $0 = true }
                Self.close(store)
                try await Task.sleep(for: .seconds(3600))
            }
        }
        #expect(run.exitCode == 0)
        #expect(run.output == "{\"stage\":\"published\"}\n")
        #expect(hasWaited.withLock { $0 })
    }
}
