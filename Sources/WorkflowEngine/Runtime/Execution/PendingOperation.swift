import WorkflowCore
import WorkflowStore

/// Something workflow code waits for.
struct PendingOperation {
    enum Kind {
        case activity(type: String, ActivityCancellation)
        case timer(Duration)
        case signal(name: String)
        case condition(@Sendable () -> Bool)
    }

    /// What the waiting code receives.
    enum Outcome {
        case payload(Payload?)
        case timedOut
    }

    let kind: Kind
    let location: SourceLocation
    /// The time of the activation that began the wait.
    let since: Timestamp
    let continuation: UnsafeContinuation<Outcome, any Error>
    /// The timer that limits the wait.
    var timeout: OperationID?
}

extension PendingOperation {
    /// The wait in the words of `mizzo workflow why`.
    func wait(eventID: EventID?) -> RunWait {
        let (name, detail): (String, String) =
            switch kind {
            case .activity(let type, _): ("activity", type)
            case .timer(let duration): ("timer", "\(duration)")
            case .signal(let name): ("signal", name)
            case .condition: ("condition", "")
            }
        return RunWait(kind: name, name: detail, eventID: eventID ?? 0, location: location.description, since: since)
    }
}

/// A signal's values that have arrived and were not read yet, and the code that waits for the next one, both in order.
struct SignalChannel {
    var buffered: [Payload?] = []
    var waiting: [OperationID] = []
}
