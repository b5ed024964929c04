import ArgumentParser
import WorkflowCore
import WorkflowStore

/// A JSON value from the command line, written the way workers write theirs: no white space, sorted keys.
struct InputJSON: ExpressibleByArgument, Sendable {
    let payload: Payload

    init?(argument: String) {
        guard let value = try? JSONValue(parsing: Array(argument.utf8)) else { return nil }
        payload = Payload(data: Array(value.text.utf8))
    }
}

extension CommandContext {
    /// What a command that changes a run answers.
    func write(receipt outcome: String, _ run: RunReference) throws {
        if options.output == .table {
            return try write("\(outcome) \(run.workflowID.rawValue.printable) run \(run.runID)")
        }
        try write(["outcome": .string(outcome), "workflowId": .of(run.workflowID), "runId": .of(run.runID)])
    }
}
