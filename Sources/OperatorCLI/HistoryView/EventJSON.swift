import WorkflowCore

/// Events as JSON: `eventId`, `time`, `type` in kebab case, `raw` as Temporal's tools name it, and `attributes`.
extension JSONValue {
    package init(_ event: HistoryEvent) {
        self = [
            "eventId": .int(event.id), "time": JSONValue(event.time), "type": .string(event.type.kebabName),
            "raw": .string(event.type.name), "attributes": JSONValue(event.attributes),
        ]
    }

    private init(_ attributes: EventAttributes) {
        switch attributes {
        case .activityTaskScheduled, .activityTaskStarted, .activityTaskCompleted, .activityTaskFailed,
            .activityTaskTimedOut, .activityTaskCancelRequested, .activityTaskCanceled:
            self = Self.ofActivity(attributes)
        case .timerStarted(let timer):
            self = [
                "timerId": .string(timer.timerID), "startToFireTimeout": JSONValue(seconds: timer.startToFireTimeout),
            ]
        case .timerFired(let id): self = ["startedEventId": .int(id)]
        case .timerCanceled(let id, _): self = ["startedEventId": .int(id)]
        case .workflowTaskStarted(let id): self = ["scheduledEventId": .int(id)]
        case .workflowTaskCompleted(let scheduled, let started):
            self = ["scheduledEventId": .int(scheduled), "startedEventId": .int(started)]
        case .markerRecorded(let marker):
            self = ["markerName": .string(marker.markerName), "details": .string(marker.details)]
        case .workflowExecutionSignaled(let signal):
            self = [
                "signalName": .string(signal.signalName), "input": JSONValue(signal.input),
                "identity": .string(signal.identity), "requestId": .string(signal.requestID),
            ]
        default: self = Self.ofRun(attributes)
        }
    }

    private static func ofRun(_ attributes: EventAttributes) -> JSONValue {
        switch attributes {
        case .workflowExecutionStarted(let started):
            [
                "workflowType": .string(started.workflowType), "queue": .of(started.taskQueue),
                "workflowId": .of(started.workflowID), "runId": .of(started.originalExecutionRunID),
                "input": JSONValue(started.input), "runTimeout": JSONValue(seconds: started.workflowRunTimeout),
                "identity": .string(started.identity),
            ]
        case .workflowExecutionCompleted(let completed): ["result": JSONValue(completed.result)]
        case .workflowExecutionFailed(let failed): ["failure": JSONValue(failed.failure)]
        case .workflowExecutionCancelRequested(let cause, let identity):
            ["reason": .string(cause), "identity": .string(identity)]
        case .workflowExecutionTerminated(let reason, let identity):
            ["reason": .string(reason), "identity": .string(identity)]
        default: .object([])
        }
    }

    private static func ofActivity(_ attributes: EventAttributes) -> JSONValue {
        switch attributes {
        case .activityTaskScheduled(let scheduled): JSONValue(scheduled)
        case .activityTaskStarted(let started):
            [
                "scheduledEventId": .int(started.scheduledEventID), "identity": .string(started.identity),
                "attempt": .int(started.attempt), "lastFailure": JSONValue(started.lastFailure),
            ]
        case .activityTaskCompleted(let completed):
            [
                "scheduledEventId": .int(completed.scheduledEventID), "startedEventId": .int(completed.startedEventID),
                "result": JSONValue(completed.result),
            ]
        case .activityTaskFailed(let failed), .activityTaskTimedOut(let failed):
            [
                "scheduledEventId": .int(failed.scheduledEventID), "startedEventId": .int(failed.startedEventID),
                "failure": JSONValue(failed.failure), "retryState": .string("\(failed.retryState)"),
            ]
        case .activityTaskCanceled(let cancelled):
            [
                "scheduledEventId": .int(cancelled.scheduledEventID), "startedEventId": .int(cancelled.startedEventID),
                "details": JSONValue(cancelled.details),
            ]
        case .activityTaskCancelRequested(let id, _): ["scheduledEventId": .int(id)]
        default: .object([])
        }
    }

    private init(_ scheduled: ActivityTaskScheduled) {
        self = [
            "activityId": .string(scheduled.activityID), "activityType": .string(scheduled.activityType),
            "queue": .of(scheduled.taskQueue), "input": JSONValue(scheduled.input),
            "scheduleToCloseTimeout": JSONValue(seconds: scheduled.scheduleToCloseTimeout),
            "scheduleToStartTimeout": JSONValue(seconds: scheduled.scheduleToStartTimeout),
            "startToCloseTimeout": JSONValue(seconds: scheduled.startToCloseTimeout),
            "heartbeatTimeout": JSONValue(seconds: scheduled.heartbeatTimeout),
            "maximumAttempts": .int(scheduled.retryPolicy.maximumAttempts),
        ]
    }
}

extension EventType {
    /// `activity-task-scheduled` for `ActivityTaskScheduled`.
    var kebabName: String {
        var result = ""
        for character in String(describing: self) {
            if character.isUppercase { result += "-" }
            result += character.lowercased()
        }
        return result
    }

    /// Whether the event only says that workflow code was run; hidden unless asked for.
    var isWorkflowTask: Bool {
        switch self {
        case .workflowTaskScheduled, .workflowTaskStarted, .workflowTaskCompleted: true
        default: false
        }
    }
}
