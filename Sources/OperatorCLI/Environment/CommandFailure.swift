import ArgumentParser
import WorkflowCore

/// Why a command did not do what it was asked, and the exit code that says so to scripts.
package struct CommandFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package var exit: ExitStatus
    /// Stable kebab-case code, the same as in the API and the logs.
    package var code: String
    /// What failed, expected against actual, what to do.
    package var message: String

    package init(_ exit: ExitStatus, code: String, message: String) {
        self.exit = exit
        self.code = code
        self.message = message
    }

    package var description: String { "\(message) [\(code)]" }
}

/// The exit codes of all commands; 64 to 75 follow BSD's sysexits(3).
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case generic = 1
    case workflowFailed = 20
    case workflowCancelled = 21
    case workflowTerminated = 22
    case workflowTimedOut = 23
    case stillRunning = 24
    case usage = 64
    case damagedData = 65
    case notFound = 66
    case databaseUnavailable = 69
    case internalError = 70
    case temporary = 75
    /// 128 + SIGPIPE, as a shell reports it: the reader has gone.
    case brokenPipe = 141

    package var exitCode: ExitCode { ExitCode(rawValue) }
}

extension CommandFailure {
    /// Words and exit code for whatever a command threw.
    init(_ error: any Error, explain: (any Error) -> CommandFailure?) {
        if let failure = error as? CommandFailure ?? explain(error) {
            self = failure
            return
        }
        switch error {
        case let damage as DecodingFailure:
            self.init(
                .damagedData,
                code: "history-not-readable",
                message:
                    "the history cannot be decoded: \(damage). Check the file with `sqlite3 FILE 'PRAGMA integrity_check'`."
            )
        case is CancellationError:
            self.init(.temporary, code: "interrupted", message: "interrupted before there was an answer. Run it again.")
        default:
            self.init(.internalError, code: "internal", message: "unexpected error: \(error).")
        }
    }

    static func workflowNotFound(_ id: WorkflowID, _ runID: RunID?, database: String) -> CommandFailure {
        let run = runID.map { " run \($0)" } ?? ""
        return CommandFailure(
            .notFound,
            code: "workflow-not-found",
            message: "there is no workflow \"\(id)\"\(run) in \(database). `mizzo workflow list` shows what there is."
        )
    }

    static func invalidArgument(_ message: String) -> CommandFailure {
        CommandFailure(.usage, code: "invalid-argument", message: message)
    }
}
