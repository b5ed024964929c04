import WorkflowCore
import WorkflowStore

/// Everything the operator's commands take from outside: the store, the clock, the terminal.
///
/// The executable builds one (``live(openStore:explain:)``) and binds it around the parser; tests bind another:
///
///     await OperatorEnvironment.$current.withValue(.live(openStore: open)) { await Mizzo.main() }
package struct OperatorEnvironment: Sendable {
    @TaskLocal package static var current = OperatorEnvironment.unconfigured

    /// Opens the database at a path. Only called when a file exists there.
    package var openStore: @Sendable (String) async throws -> any WorkflowStore
    /// Turns an error of the store into an operator's words; `nil` if it knows nothing better than `internal`.
    package var explain: @Sendable (any Error) -> CommandFailure? = { _ in nil }
    package var fileExists: @Sendable (String) -> Bool
    package var now: @Sendable () -> Timestamp
    package var newRunID: @Sendable (Timestamp) -> RunID
    package var sleep: @Sendable (Duration) async throws -> Void
    /// Who asks, as histories show it.
    package var identity: String
    package var variables: [String: String]
    package var terminal: Terminal
    package var output: any OutputSink

    /// What the process is connected to.
    package struct Terminal: Sendable {
        package var isOutputTTY = false
        package var isInputTTY = false
        /// Columns of the terminal; `nil` if unknown.
        package var width: Int?
        package init(isOutputTTY: Bool = false, isInputTTY: Bool = false, width: Int? = nil) {
            self.isOutputTTY = isOutputTTY
            self.isInputTTY = isInputTTY
            self.width = width
        }
    }
}

/// Where data, messages and questions go.
package protocol OutputSink: Sendable {
    /// Data.
    ///
    /// - Throws: ``BrokenPipe`` when the reader has gone.
    func write(_ text: String) throws
    /// Messages for people; a message that cannot be written is dropped.
    func writeMessage(_ text: String)
    /// The next line a person types; `nil` at the end of input.
    func readAnswer() -> String?
    /// Calls `gone`, from any thread, when the reader of the data leaves.
    func watchReader(_ gone: @escaping @Sendable () -> Void)
}

/// The reader of the output has gone: stop quietly.
package struct BrokenPipe: Error { package init() {} }

extension OperatorEnvironment {
    /// What a program that has not bound an environment gets: every command fails with `store-not-configured`.
    fileprivate static let unconfigured = OperatorEnvironment(
        openStore: { _ in
            throw CommandFailure(
                .internalError,
                code: "store-not-configured",
                message: "this program does not say how to open a database. Bind OperatorEnvironment.current in main."
            )
        },
        fileExists: { _ in true },
        now: { .distantPast },
        newRunID: { _ in RunID("") },
        sleep: { _ in },
        identity: "operator",
        variables: [:],
        terminal: Terminal(),
        output: ProcessOutput()
    )
}
