import FoundationEssentials
import WorkflowCore
import WorkflowStore

/// The engine's values as JSON; the member names are part of the command line's contract.
extension JSONValue {
    /// A payload's value: JSON as it is, anything else as its encoding and Base64, nothing as `null`.
    init(_ payload: Payload?) {
        guard let payload else {
            self = .null
            return
        }
        if payload.encoding == Payload.json, let value = try? JSONValue(parsing: payload.data) {
            self = value
        } else {
            self = [
                "encoding": .string(payload.encoding), "base64": .string(Data(payload.data).base64EncodedString()),
            ]
        }
    }

    init(_ failure: Failure?) {
        guard let failure else {
            self = .null
            return
        }
        var members: [Member] = [
            Member(name: "message", value: .string(failure.message)),
            Member(name: "kind", value: .string(failure.kindName)),
        ]
        switch failure.kind {
        case .application(let application):
            members.append(Member(name: "type", value: .string(application.type)))
            members.append(Member(name: "nonRetryable", value: .bool(application.nonRetryable)))
            members.append(Member(name: "details", value: JSONValue(application.details)))
        case .timeout(let type, let details):
            members.append(Member(name: "type", value: .string(type.description)))
            members.append(Member(name: "lastHeartbeatDetails", value: JSONValue(details)))
        case .activity(let activity):
            members.append(Member(name: "activityType", value: .string(activity.activityType)))
            members.append(Member(name: "scheduledEventId", value: .int(activity.scheduledEventID)))
            members.append(Member(name: "retryState", value: .string("\(activity.retryState)")))
        case .cancelled(let details): members.append(Member(name: "details", value: JSONValue(details)))
        case .server(let nonRetryable): members.append(Member(name: "nonRetryable", value: .bool(nonRetryable)))
        case .terminated: break
        }
        if !failure.source.isEmpty { members.append(Member(name: "source", value: .string(failure.source))) }
        if !failure.stackTrace.isEmpty {
            members.append(Member(name: "stackTrace", value: .string(failure.stackTrace)))
        }
        members.append(Member(name: "cause", value: JSONValue(failure.cause)))
        self = .object(members)
    }

    /// ISO 8601 in UTC; `null` for nothing and for never.
    init(_ time: Timestamp?) {
        self = time.flatMap { $0 == .never ? nil : .string($0.description) } ?? .null
    }

    /// Seconds with milliseconds.
    init(seconds duration: Duration?) {
        self = duration.map { .number(Double($0.wholeMilliseconds) / 1000) } ?? .null
    }

    init(_ blocked: BlockedReason?, nextTry: Timestamp) {
        guard let blocked else {
            self = .null
            return
        }
        self = [
            "code": .string(blocked.code), "message": .string(blocked.message), "eventId": .int(blocked.eventID),
            "location": .of(blocked.location), "since": JSONValue(blocked.since), "lastTry": JSONValue(blocked.time),
            "tries": .int(blocked.count), "nextTry": JSONValue(nextTry),
        ]
    }

    /// What `list` prints for a run, and the beginning of what `describe` prints.
    init(_ run: RunRecord) {
        self = [
            "workflowId": .of(run.reference.workflowID), "runId": .of(run.reference.runID),
            "type": .string(run.workflowType), "status": .of(run.status), "queue": .of(run.taskQueue),
            "startTime": JSONValue(run.startTime), "closeTime": JSONValue(run.closeTime),
            "historyEvents": .int(run.nextEventID - 1), "historyBytes": .int(run.historyBytes),
            "cancelRequested": .bool(run.cancelRequested), "unreadMessages": .int(run.inboxCount),
            "blocked": JSONValue(run.blocked, nextTry: run.wakeAt),
            "waitsFor": .array(
                run.waits.map { wait in
                    [
                        "kind": .string(wait.kind), "name": .string(wait.name), "eventId": .int(wait.eventID),
                        "location": .string(wait.location),
                    ]
                }
            ),
            "hint": .of(run.waitingHint),
            "cursor": .int(run.reference.key.rawValue),
        ]
    }
}

extension Failure {
    /// What kind of failure, in kebab case.
    var kindName: String {
        switch kind {
        case .application: "application"
        case .timeout: "timeout"
        case .cancelled: "cancelled"
        case .terminated: "terminated"
        case .server: "server"
        case .activity: "activity"
        }
    }

    /// The failure alone: its message and what type it says it is.
    var headline: String {
        switch kind {
        case .application(let application) where !application.type.isEmpty: "\(message) [\(application.type)]"
        case .timeout(let type, _): "\(message) [\(type) timeout]"
        default: message
        }
    }

    /// The whole chain in one line, outermost first.
    var chainText: String { chain.map(\.headline).joined(separator: "; caused by: ") }
}
