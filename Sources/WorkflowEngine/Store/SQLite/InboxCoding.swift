import WorkflowCore

/// The content of an inbox message as a kind and bytes. Kinds never change their number.
enum InboxCoding {
    private enum Kind: Int64 {
        case signal = 1
        case cancelRequested = 2
        case activityEnded = 3
    }

    static func encode(_ content: InboxMessage.Content) -> (kind: Int64, bytes: [UInt8]) {
        switch content {
        case .signal(let signal):
            return (Kind.signal.rawValue, RowCoding.bytes(.workflowExecutionSignaled(signal)))
        case .cancelRequested(let cause, let identity):
            let event = EventAttributes.workflowExecutionCancelRequested(cause: cause, identity: identity)
            return (Kind.cancelRequested.rawValue, RowCoding.bytes(event))
        case .activityEnded(let outcome): return (Kind.activityEnded.rawValue, encode(outcome))
        }
    }

    static func decode(kind: Int64, _ bytes: [UInt8]) throws(DecodingFailure) -> InboxMessage.Content {
        guard let kind = Kind(rawValue: kind) else {
            throw DecodingFailure("kind \(kind) is not known to this version")
        }
        if kind == .activityEnded { return .activityEnded(try outcome(bytes)) }
        switch try RowCoding.attributes(bytes) {
        case .workflowExecutionSignaled(let signal): return .signal(signal)
        case .workflowExecutionCancelRequested(let cause, let identity):
            return .cancelRequested(cause: cause, identity: identity)
        case let other: throw DecodingFailure("expected a signal or a cancel request, got \(other.type.name)")
        }
    }

    private static func encode(_ outcome: ActivityOutcome) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.varint(1, outcome.scheduledEventID)
        writer.varint(2, Int64(outcome.attempt))
        writer.string(3, outcome.identity)
        writer.varint(4, outcome.startedTime.milliseconds)
        writer.failure(5, outcome.lastFailure)
        switch outcome.result {
        case .completed(let payload): writer.message(6) { $0.payloads(1, payload) }
        case .failed(let failure, let state):
            writer.message(7) { body in
                body.failure(1, failure)
                body.varint(2, Int64(state.rawValue))
            }
        case .timedOut(let failure, let state):
            writer.message(8) { body in
                body.failure(1, failure)
                body.varint(2, Int64(state.rawValue))
            }
        case .cancelled(let details): writer.message(9) { $0.payloads(1, details) }
        }
        return writer.bytes
    }

    private static func outcome(_ bytes: [UInt8]) throws(DecodingFailure) -> ActivityOutcome {
        var outcome = ActivityOutcome(
            scheduledEventID: 0,
            attempt: 0,
            identity: "",
            startedTime: .distantPast,
            result: .completed(nil)
        )
        try ProtobufReader.fields(of: bytes) { (field, value) throws(DecodingFailure) in
            switch field {
            case 1: outcome.scheduledEventID = value.integer
            case 2: outcome.attempt = Int(value.integer)
            case 3: outcome.identity = value.string
            case 4: outcome.startedTime = Timestamp(milliseconds: value.integer)
            case 5: outcome.lastFailure = try value.failure()
            case 6: outcome.result = .completed(try value.firstPayload())
            case 7:
                let (failure, state) = try value.failureAndState()
                outcome.result = .failed(failure, state)
            case 8:
                let (failure, state) = try value.failureAndState()
                outcome.result = .timedOut(failure, state)
            case 9: outcome.result = .cancelled(details: try value.firstPayload())
            default: break
            }
        }
        return outcome
    }
}

extension ProtobufReader.Value {
    fileprivate func firstPayload() throws(DecodingFailure) -> Payload? {
        var payload: Payload?
        try fields { (field, value) throws(DecodingFailure) in if field == 1 { payload = try value.payloads() } }
        return payload
    }

    fileprivate func failureAndState() throws(DecodingFailure) -> (Failure, RetryState) {
        var failure: Failure?
        var state = RetryState.internalServerError
        try fields { (field, value) throws(DecodingFailure) in
            if field == 1 { failure = try value.failure() }
            if field == 2 { state = RetryState(rawValue: Int(value.integer)) ?? state }
        }
        guard let failure else { throw DecodingFailure("the outcome has no failure") }
        return (failure, state)
    }
}
