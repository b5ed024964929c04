import WorkflowCore
import WorkflowEngine

/// Runs workflow code against recorded histories, without a database or a worker.
public struct WorkflowReplayer: Sendable {
    private let workflows: [String: WorkflowCode]
    private let codec: any PayloadCodec

    /// Makes a replayer for these workflows.
    public init(_ workflows: [any Workflow.Type], codec: any PayloadCodec = JSONPayloadCodec()) {
        self.codec = codec
        let code = workflows.map { Self.code($0, codec) }
        self.workflows = Dictionary(code.map { ($0.name, $0) }) { first, _ in first }
    }

    private static func code<W: Workflow>(_ type: W.Type, _ codec: any PayloadCodec) -> WorkflowCode {
        WorkflowCode(type, codec: codec)
    }

    /// Replays a history.
    ///
    /// - Parameter isTruncated: whether the history was cut off at an arbitrary event, so that code may be further than it.
    /// - Throws: what would block the run: code that does something else than the history says, names the event, what was
    ///   recorded, what was attempted and the source line.
    public func replay(_ history: [HistoryEvent], isTruncated: Bool = false) throws {
        guard case .workflowExecutionStarted(let started)? = history.first?.attributes else {
            throw EngineError(code: "history-not-valid", message: "a history begins with WorkflowExecutionStarted")
        }
        guard let code = workflows[started.workflowType] else {
            throw EngineError(
                code: "workflow-not-registered",
                message: "no workflow \"\(started.workflowType)\" was given"
            )
        }
        try HistoryReplay.run(
            history,
            started: started,
            code: code,
            codec: codec,
            isTruncated: isTruncated
        )
    }

    /// Replays every prefix of a history.
    public func replayEveryPrefix(_ history: [HistoryEvent]) throws {
        for length in history.indices { try replay(Array(history[...length]), isTruncated: true) }
    }
}
