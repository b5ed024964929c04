import WorkflowCore

/// Attributes with every field set, one of each type of event.
enum Sample {
    static let payload = Payload(data: Array(#"{"track":"t-1"}"#.utf8))
    static let deepFailure = Failure(
        message: "activity transcode failed",
        kind: .activity(
            Failure.ActivityContext(
                scheduledEventID: 5,
                activityType: "transcode",
                activityID: "1",
                retryState: .maximumAttemptsReached
            )
        ),
        cause: Failure(
            message: "no heartbeat for 30 s",
            source: "Swift",
            stackTrace: "Transcode.swift:12",
            kind: .timeout(.heartbeat, lastHeartbeatDetails: payload),
            cause: Failure(
                message: "disk full",
                source: "Swift",
                kind: .application(
                    Failure.Application(
                        type: "DiskFull",
                        nonRetryable: true,
                        details: payload,
                        nextRetryDelay: .milliseconds(1500)
                    )
                )
            )
        )
    )

    static let started = EventAttributes.workflowExecutionStarted(
        WorkflowExecutionStarted(
            workflowType: "PublishTrack",
            taskQueue: "media",
            input: payload,
            workflowRunTimeout: .seconds(3600),
            originalExecutionRunID: RunID("019b7c9e-0000-7000-8000-000000000001"),
            identity: "api@host",
            workflowID: "publish-t-1"
        )
    )

    static func activity(_ type: String, task: EventID) -> ActivityTaskScheduled {
        ActivityTaskScheduled(
            activityID: "1",
            activityType: type,
            taskQueue: "media",
            input: payload,
            scheduleToCloseTimeout: .seconds(600),
            scheduleToStartTimeout: .seconds(60),
            startToCloseTimeout: .milliseconds(90_500),
            heartbeatTimeout: .seconds(30),
            workflowTaskCompletedEventID: task,
            retryPolicy: RetryPolicy(
                initialInterval: .milliseconds(250),
                backoffCoefficient: 1.5,
                maximumInterval: .seconds(9),
                maximumAttempts: 4,
                nonRetryableErrorTypes: ["DiskFull", "Profane"],
                jitter: 0.25
            )
        )
    }

    /// The attributes of `type`; those that speak of an activity or a timer name `subject`.
    static func attributes(_ type: EventType, subject: EventID = 5) -> EventAttributes {
        switch type {
        case .workflowExecutionStarted: started
        case .workflowExecutionCompleted:
            .workflowExecutionCompleted(WorkflowExecutionCompleted(result: payload, workflowTaskCompletedEventID: 4))
        case .workflowExecutionFailed:
            .workflowExecutionFailed(WorkflowExecutionFailed(failure: deepFailure, workflowTaskCompletedEventID: 4))
        case .workflowExecutionTimedOut: .workflowExecutionTimedOut
        case .workflowTaskScheduled: .workflowTaskScheduled
        case .workflowTaskStarted: .workflowTaskStarted(scheduledEventID: 2)
        case .workflowTaskCompleted: .workflowTaskCompleted(scheduledEventID: 2, startedEventID: 3)
        case .workflowExecutionCancelRequested: .workflowExecutionCancelRequested(cause: "typo", identity: "cli")
        case .workflowExecutionCanceled: .workflowExecutionCanceled(workflowTaskCompletedEventID: 4)
        case .workflowExecutionTerminated: .workflowExecutionTerminated(reason: "stuck", identity: "cli")
        case .workflowExecutionSignaled:
            .workflowExecutionSignaled(
                WorkflowExecutionSignaled(signalName: "go", input: payload, identity: "cli", requestID: "r-1")
            )
        case .markerRecorded:
            .markerRecorded(
                MarkerRecorded(
                    markerName: MarkerRecorded.patchMarkerName,
                    details: "hls-v2",
                    workflowTaskCompletedEventID: 4
                )
            )
        default: pendingWork(type, subject: subject)
        }
    }

    private static func pendingWork(_ type: EventType, subject: EventID) -> EventAttributes {
        let failed = ActivityTaskFailed(
            failure: deepFailure,
            scheduledEventID: subject,
            startedEventID: 6,
            retryState: .maximumAttemptsReached
        )
        switch type {
        case .timerStarted:
            return .timerStarted(
                TimerStarted(
                    timerID: "7",
                    startToFireTimeout: .milliseconds(30_250),
                    workflowTaskCompletedEventID: 4
                )
            )
        case .timerFired: return .timerFired(startedEventID: subject)
        case .timerCanceled: return .timerCanceled(startedEventID: subject, workflowTaskCompletedEventID: 4)
        case .activityTaskStarted:
            return .activityTaskStarted(
                ActivityTaskStarted(scheduledEventID: subject, identity: "w", attempt: 3, lastFailure: deepFailure)
            )
        case .activityTaskCompleted:
            return .activityTaskCompleted(
                ActivityTaskCompleted(result: payload, scheduledEventID: subject, startedEventID: 6)
            )
        case .activityTaskFailed: return .activityTaskFailed(failed)
        case .activityTaskTimedOut: return .activityTaskTimedOut(failed)
        case .activityTaskCancelRequested:
            return .activityTaskCancelRequested(scheduledEventID: subject, workflowTaskCompletedEventID: 4)
        case .activityTaskCanceled:
            return .activityTaskCanceled(
                ActivityTaskCanceled(details: payload, scheduledEventID: subject, startedEventID: 6)
            )
        default: return .activityTaskScheduled(activity("transcode", task: 4))
        }
    }

    /// A history with one event of every type; not one that a run could have.
    static var oneOfEach: [HistoryEvent] {
        EventType.allCases.enumerated().map { index, type in
            HistoryEvent(
                id: EventID(index + 1),
                time: HistoryBuilder.beginning + .milliseconds(index),
                attributes: attributes(type)
            )
        }
    }
}
