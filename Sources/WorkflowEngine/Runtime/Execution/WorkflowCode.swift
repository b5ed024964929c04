import WorkflowCore

/// A registered workflow without its types: what the execution needs to run it.
package struct WorkflowCode: Sendable {
    package let name: String
    /// Runs the workflow: decodes the input, calls `run`, encodes the result.
    let run: @Sendable (WorkflowContext, Payload?) async throws -> Payload?
}

extension WorkflowCode {
    package init<W: Workflow>(_ type: W.Type, codec: any PayloadCodec) {
        name = W.name
        run = { context, payload in
            let input: W.Input
            do {
                input = try codec.decode(W.Input.self, from: payload)
            } catch {
                throw Violation.undecodable(
                    "the input of workflow \(W.name)",
                    as: "\(W.Input.self)",
                    error: error,
                    at: nil
                )
            }
            let output = try await W().run(context, input: input)
            do {
                return try codec.encode(output)
            } catch {
                throw Violation.unencodable("the result of workflow \(W.name)", error: error, at: nil)
            }
        }
    }
}
