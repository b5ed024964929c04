extension HistoryCoding {
    /// The events of a batch, or of several batches one after the other.
    package static func decode(_ bytes: [UInt8]) throws(DecodingFailure) -> [HistoryEvent] {
        var events: [HistoryEvent] = []
        events.reserveCapacity(bytes.count / bytesOfSmallEvent + 1)
        var fields = Fields()
        try ProtobufReader.fields(of: bytes) { (field, value) throws(DecodingFailure) in
            guard field == 1 else { return }
            events.append(try value.event(after: events.last, &fields))
        }
        return events
    }

    /// So that a batch is seldom moved while it grows, and little memory is asked for in vain.
    private static let bytesOfSmallEvent = 24
}

/// Fields of an attributes message, collected by number: every one we read is a number, a text or a message.
///
/// One collection serves all events of a batch, so that it allocates once.
private struct Fields {
    /// A struct and no tuple: an array of tuples is destroyed through run-time type information.
    private struct Entry {
        var field: Int
        var value: ProtobufReader.Value
    }
    private var values: [Entry] = []

    /// More than any event of ours has.
    init() { values.reserveCapacity(16) }

    mutating func collect(_ message: ProtobufReader.Value?) throws(DecodingFailure) {
        values.removeAll(keepingCapacity: true)
        try message?.fields { (field, value) throws(DecodingFailure) in
            values.append(Entry(field: field, value: value))
        }
    }

    subscript(field: Int) -> ProtobufReader.Value? { values.last { $0.field == field }?.value }
    func integer(_ field: Int) -> Int64 { self[field]?.integer ?? 0 }
    func string(_ field: Int) -> String { self[field]?.string ?? "" }
    func name(_ field: Int) throws(DecodingFailure) -> String { try self[field]?.wrappedName() ?? "" }
    func payload(_ field: Int) throws(DecodingFailure) -> Payload? { try self[field]?.payloads() }
    func failure(_ field: Int) throws(DecodingFailure) -> Failure? { try self[field]?.failure() }
    func duration(_ field: Int) throws(DecodingFailure) -> Duration? { try self[field]?.duration() }
}

extension ProtobufReader.Value {
    /// - Parameter last: the event before it, which tells what it leaves out.
    fileprivate func event(after last: HistoryEvent?, _ fields: inout Fields) throws(DecodingFailure) -> HistoryEvent {
        var id = last.map { $0.id &+ 1 } ?? 0
        var time = last?.time ?? .distantPast
        var number = 0
        var attributes: (field: Int, value: ProtobufReader.Value)?
        try self.fields { (field, value) throws(DecodingFailure) in
            switch field {
            case 1: id = value.integer
            case 2: time = try value.timestamp()
            case 3: number = Int(value.integer)
            case 6...65: attributes = (field, value)
            case HistoryCoding.sincePrevious: time = Timestamp(milliseconds: time.milliseconds &+ value.integer)
            default: break
            }
        }
        guard let type = EventType(rawValue: number) else {
            throw DecodingFailure("event \(id) has type \(number), which this version does not know")
        }
        if let attributes, attributes.field != type.attributesField {
            throw DecodingFailure("event \(id) (\(type.name)) has the attributes of another type of event")
        }
        try fields.collect(attributes?.value)
        return HistoryEvent(id: id, time: time, attributes: try type.decode(fields))
    }
}

extension EventType {
    fileprivate func decode(_ fields: Fields) throws(DecodingFailure) -> EventAttributes {
        switch self {
        case .workflowExecutionStarted: return .workflowExecutionStarted(try WorkflowExecutionStarted(fields))
        case .workflowExecutionCompleted:
            return .workflowExecutionCompleted(
                WorkflowExecutionCompleted(
                    result: try fields.payload(1),
                    workflowTaskCompletedEventID: fields.integer(2)
                )
            )
        case .workflowExecutionFailed:
            return .workflowExecutionFailed(
                WorkflowExecutionFailed(
                    failure: try fields.failure(1) ?? .missing,
                    workflowTaskCompletedEventID: fields.integer(3)
                )
            )
        case .workflowExecutionTimedOut: return .workflowExecutionTimedOut
        case .workflowTaskScheduled: return .workflowTaskScheduled
        case .workflowTaskStarted: return .workflowTaskStarted(scheduledEventID: fields.integer(1))
        case .workflowTaskCompleted:
            return .workflowTaskCompleted(scheduledEventID: fields.integer(1), startedEventID: fields.integer(2))
        case .workflowExecutionCancelRequested:
            return .workflowExecutionCancelRequested(cause: fields.string(1), identity: fields.string(4))
        case .workflowExecutionCanceled:
            return .workflowExecutionCanceled(workflowTaskCompletedEventID: fields.integer(1))
        case .workflowExecutionTerminated:
            return .workflowExecutionTerminated(reason: fields.string(1), identity: fields.string(3))
        case .workflowExecutionSignaled:
            return .workflowExecutionSignaled(
                WorkflowExecutionSignaled(
                    signalName: fields.string(1),
                    input: try fields.payload(2),
                    identity: fields.string(3),
                    requestID: fields.string(7)
                )
            )
        case .markerRecorded: return .markerRecorded(try MarkerRecorded(fields))
        case .timerStarted:
            return .timerStarted(
                TimerStarted(
                    timerID: fields.string(1),
                    startToFireTimeout: try fields.duration(2) ?? .zero,
                    workflowTaskCompletedEventID: fields.integer(3)
                )
            )
        case .timerFired: return .timerFired(startedEventID: fields.integer(2))
        case .timerCanceled:
            return .timerCanceled(startedEventID: fields.integer(2), workflowTaskCompletedEventID: fields.integer(3))
        default: return try decodeActivity(fields)
        }
    }

    private func decodeActivity(_ fields: Fields) throws(DecodingFailure) -> EventAttributes {
        switch self {
        case .activityTaskStarted:
            return .activityTaskStarted(
                ActivityTaskStarted(
                    scheduledEventID: fields.integer(1),
                    identity: fields.string(2),
                    attempt: Int(fields.integer(4)),
                    lastFailure: try fields.failure(5)
                )
            )
        case .activityTaskCompleted:
            return .activityTaskCompleted(
                ActivityTaskCompleted(
                    result: try fields.payload(1),
                    scheduledEventID: fields.integer(2),
                    startedEventID: fields.integer(3)
                )
            )
        case .activityTaskFailed: return .activityTaskFailed(try ActivityTaskFailed(fields, retryState: 5))
        case .activityTaskTimedOut: return .activityTaskTimedOut(try ActivityTaskFailed(fields, retryState: 4))
        case .activityTaskCancelRequested:
            return .activityTaskCancelRequested(
                scheduledEventID: fields.integer(1),
                workflowTaskCompletedEventID: fields.integer(2)
            )
        case .activityTaskCanceled:
            return .activityTaskCanceled(
                ActivityTaskCanceled(
                    details: try fields.payload(1),
                    scheduledEventID: fields.integer(3),
                    startedEventID: fields.integer(4)
                )
            )
        default: return .activityTaskScheduled(try ActivityTaskScheduled(fields))
        }
    }
}

extension WorkflowExecutionStarted {
    fileprivate init(_ fields: Fields) throws(DecodingFailure) {
        self.init(
            workflowType: try fields.name(1),
            taskQueue: TaskQueue(try fields.name(5)),
            input: try fields.payload(6),
            workflowRunTimeout: try fields.duration(8),
            originalExecutionRunID: RunID(fields.string(14)),
            identity: fields.string(15),
            workflowID: WorkflowID(fields.string(28))
        )
    }
}

extension MarkerRecorded {
    fileprivate init(_ fields: Fields) throws(DecodingFailure) {
        var text = ""
        try fields[2]?.fields { (field, value) throws(DecodingFailure) in
            if field == 2, let payload = try value.payloads() { text = payload.text }
        }
        self.init(
            markerName: fields.string(1),
            details: text,
            workflowTaskCompletedEventID: fields.integer(3)
        )
    }
}

extension ActivityTaskScheduled {
    fileprivate init(_ fields: Fields) throws(DecodingFailure) {
        self.init(
            activityID: fields.string(1),
            activityType: try fields.name(2),
            taskQueue: TaskQueue(try fields.name(4)),
            input: try fields.payload(6),
            scheduleToCloseTimeout: try fields.duration(7),
            scheduleToStartTimeout: try fields.duration(8),
            startToCloseTimeout: try fields.duration(9) ?? .zero,
            heartbeatTimeout: try fields.duration(10),
            workflowTaskCompletedEventID: fields.integer(11),
            retryPolicy: try fields[12]?.retryPolicy() ?? .default
        )
    }
}

extension ActivityTaskFailed {
    fileprivate init(_ fields: Fields, retryState field: Int) throws(DecodingFailure) {
        self.init(
            failure: try fields.failure(1) ?? .missing,
            scheduledEventID: fields.integer(2),
            startedEventID: fields.integer(3),
            retryState: RetryState(rawValue: Int(fields.integer(field))) ?? .internalServerError
        )
    }
}

extension Failure {
    fileprivate static var missing: Failure {
        Failure(message: "the failure was not recorded", kind: .server(nonRetryable: false))
    }
}
