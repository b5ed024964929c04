/// Encoding of events as Temporal's `history.v1.HistoryEvent`, with its field numbers. A batch of events is the body of a
/// `History` message, so batches that follow each other can be concatenated and read by any protobuf tool.
///
/// The first event of a batch is complete. The others leave out what the event before them tells: the id that follows its id,
/// and the time, of which only the milliseconds since then are written.
package enum HistoryCoding {
    /// The batch that holds `events`. Ids begin at 1; only an event alone may have 0.
    package static func encode(_ events: [HistoryEvent]) -> [UInt8] {
        var writer = ProtobufWriter(reserving: events.count * 64)
        var previous: HistoryEvent?
        for event in events {
            writer.message(1) { $0.event(event, after: previous) }
            previous = event
        }
        return writer.bytes
    }

}

extension HistoryCoding {
    /// Field of an event: milliseconds since the event before it, for one that has no time of its own. Ours; Temporal skips it.
    static let sincePrevious = 100
}

extension ProtobufWriter {
    fileprivate mutating func event(_ event: HistoryEvent, after previous: HistoryEvent?) {
        if event.id != previous.map({ $0.id &+ 1 }) { varint(1, event.id) }
        if let previous, event.time >= previous.time {
            varint(HistoryCoding.sincePrevious, event.time.milliseconds &- previous.time.milliseconds)
        } else {
            timestamp(2, event.time)
        }
        varint(3, Int64(event.type.rawValue))
        message(event.type.attributesField) { $0.attributes(event.attributes) }
    }

    private mutating func attributes(_ attributes: EventAttributes) {
        switch attributes {
        case .workflowExecutionStarted(let event): workflowStarted(event)
        case .workflowExecutionCompleted(let event):
            payloads(1, event.result)
            varint(2, event.workflowTaskCompletedEventID)
        case .workflowExecutionFailed(let event):
            failure(1, event.failure)
            varint(3, event.workflowTaskCompletedEventID)
        case .workflowExecutionTimedOut, .workflowTaskScheduled: break
        case .workflowTaskStarted(let scheduled): varint(1, scheduled)
        case .workflowTaskCompleted(let scheduled, let started):
            varint(1, scheduled)
            varint(2, started)
        case .workflowExecutionCancelRequested(let cause, let identity):
            string(1, cause)
            string(4, identity)
        case .workflowExecutionCanceled(let task): varint(1, task)
        case .workflowExecutionTerminated(let reason, let identity):
            string(1, reason)
            string(3, identity)
        case .workflowExecutionSignaled(let event):
            string(1, event.signalName)
            payloads(2, event.input)
            string(3, event.identity)
            string(7, event.requestID)
        case .markerRecorded(let event): marker(event)
        case .timerStarted, .timerFired, .timerCanceled: timer(attributes)
        default: activity(attributes)
        }
    }

    private mutating func workflowStarted(_ event: WorkflowExecutionStarted) {
        name(1, event.workflowType)
        name(5, event.taskQueue.rawValue)
        payloads(6, event.input)
        duration(8, event.workflowRunTimeout)
        string(14, event.originalExecutionRunID.rawValue)
        string(15, event.identity)
        string(28, event.workflowID.rawValue)
    }

    private mutating func marker(_ event: MarkerRecorded) {
        string(1, event.markerName)
        message(2) { entry in
            entry.string(1, "id")
            entry.message(2) { $0.payload(1, Payload(data: Array(event.details.utf8))) }
        }
        varint(3, event.workflowTaskCompletedEventID)
    }

    private mutating func timer(_ attributes: EventAttributes) {
        switch attributes {
        case .timerStarted(let event):
            string(1, event.timerID)
            duration(2, event.startToFireTimeout)
            varint(3, event.workflowTaskCompletedEventID)
        case .timerFired(let started): varint(2, started)
        case .timerCanceled(let started, let task):
            varint(2, started)
            varint(3, task)
        default: break
        }
    }

    private mutating func activity(_ attributes: EventAttributes) {
        switch attributes {
        case .activityTaskScheduled(let event): activityScheduled(event)
        case .activityTaskStarted(let event):
            varint(1, event.scheduledEventID)
            string(2, event.identity)
            varint(4, Int64(event.attempt))
            failure(5, event.lastFailure)
        case .activityTaskCompleted(let event):
            payloads(1, event.result)
            varint(2, event.scheduledEventID)
            varint(3, event.startedEventID)
        case .activityTaskFailed(let event):
            failure(1, event.failure)
            varint(2, event.scheduledEventID)
            varint(3, event.startedEventID)
            varint(5, Int64(event.retryState.rawValue))
        case .activityTaskTimedOut(let event):
            failure(1, event.failure)
            varint(2, event.scheduledEventID)
            varint(3, event.startedEventID)
            varint(4, Int64(event.retryState.rawValue))
        case .activityTaskCancelRequested(let scheduled, let task):
            varint(1, scheduled)
            varint(2, task)
        case .activityTaskCanceled(let event):
            payloads(1, event.details)
            varint(3, event.scheduledEventID)
            varint(4, event.startedEventID)
        default: break
        }
    }

    private mutating func activityScheduled(_ event: ActivityTaskScheduled) {
        string(1, event.activityID)
        name(2, event.activityType)
        name(4, event.taskQueue.rawValue)
        payloads(6, event.input)
        duration(7, event.scheduleToCloseTimeout)
        duration(8, event.scheduleToStartTimeout)
        duration(9, event.startToCloseTimeout)
        duration(10, event.heartbeatTimeout)
        varint(11, event.workflowTaskCompletedEventID)
        retryPolicy(12, event.retryPolicy)
    }
}

extension EventType {
    /// Field of `HistoryEvent` that holds this type's attributes.
    var attributesField: Int {
        switch self {
        case .workflowExecutionStarted: 6
        case .workflowExecutionCompleted: 7
        case .workflowExecutionFailed: 8
        case .workflowExecutionTimedOut: 9
        case .workflowTaskScheduled: 10
        case .workflowTaskStarted: 11
        case .workflowTaskCompleted: 12
        case .activityTaskScheduled: 15
        case .activityTaskStarted: 16
        case .activityTaskCompleted: 17
        case .activityTaskFailed: 18
        case .activityTaskTimedOut: 19
        case .timerStarted: 20
        case .timerFired: 21
        case .activityTaskCancelRequested: 22
        case .activityTaskCanceled: 23
        case .timerCanceled: 24
        case .markerRecorded: 25
        case .workflowExecutionSignaled: 26
        case .workflowExecutionTerminated: 27
        case .workflowExecutionCancelRequested: 28
        case .workflowExecutionCanceled: 29
        }
    }
}
