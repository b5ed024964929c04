import Logging

extension Logger {
    /// The logger of a workflow's code, with the run's ids as metadata.
    init(workflowContext context: WorkflowContext) {
        let base = Logger(label: "workflow")
        self.init(label: "workflow") { _ in ReplaySilentLogHandler(base: base.handler, execution: context.execution) }
        self[metadataKey: "workflow-id"] = "\(context.workflowID)"
        self[metadataKey: "run-id"] = "\(context.runID)"
    }
}

/// Passes messages on unless the run is being replayed.
struct ReplaySilentLogHandler: LogHandler {
    var base: any LogHandler
    let execution: RunExecution

    var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue }
    }

    var logLevel: Logger.Level {
        get { base.logLevel }
        set { base.logLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        guard execution.executor.isCurrent, !execution.isReplaying, !execution.isEvicting else { return }
        base.log(event: event)
    }
}
