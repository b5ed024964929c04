import ArgumentParser
import OperatorCLI
import Synchronization
import WorkflowCore
import WorkflowStore

/// What the executable mounts.
struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mizzo",
        subcommands: [WorkflowCommand.self, WorkerCommand.self]
    )
}

/// Keeps what a command writes, and answers its questions.
final class CapturedOutput: OutputSink {
    let data = Mutex("")
    let messages = Mutex("")
    let answer: String?
    let isBroken: Bool
    let hasReader: Bool

    init(answer: String? = nil, isBroken: Bool = false, hasReader: Bool = true) {
        self.answer = answer
        self.isBroken = isBroken
        self.hasReader = hasReader
    }

    func write(_ text: String) throws {
        if isBroken { throw BrokenPipe() }
        data.withLock { $0 += text }
    }
    func writeMessage(_ text: String) { messages.withLock { $0 += text } }
    func readAnswer() -> String? { answer }
    func watchReader(_ gone: @escaping @Sendable () -> Void) { if !hasReader { gone() } }
}

/// One command, run in this process.
struct CommandLineRun {
    var output: String
    var messages: String
    var exitCode: Int32

    @discardableResult
    init(
        _ arguments: String...,
        store: FakeStore = FakeStore(),
        output: CapturedOutput = CapturedOutput(),
        configure: (inout OperatorEnvironment) -> Void = { _ in }
    ) async {
        await self.init(arguments, store: store, output: output, configure: configure)
    }

    @discardableResult
    init(
        _ arguments: [String],
        store: FakeStore = FakeStore(),
        output: CapturedOutput = CapturedOutput(),
        configure: (inout OperatorEnvironment) -> Void = { _ in }
    ) async {
        var environment = OperatorEnvironment.current
        environment.openStore = { _ in store }
        environment.now = { testNow }
        environment.newRunID = { _ in RunID("new-run") }
        environment.identity = "operator-test"
        environment.variables = ["LC_ALL": "C.UTF-8"]
        environment.output = output
        configure(&environment)
        let (code, usage) = await OperatorEnvironment.$current.withValue(environment) {
            await Self.execute(arguments)
        }
        self.output = output.data.withLock { $0 }
        messages = output.messages.withLock { $0 } + usage
        exitCode = code
    }

    private static func execute(_ arguments: [String]) async -> (Int32, String) {
        do {
            var command = try Root.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return (0, "")
        } catch {
            return (Root.exitCode(for: error).rawValue, Root.fullMessage(for: error))
        }
    }
}
