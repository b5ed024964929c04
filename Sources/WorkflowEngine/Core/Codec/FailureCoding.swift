/// Encoding of failures as in Temporal's `failure.v1.Failure`.
extension ProtobufWriter {
    /// Causes beyond this many are left out, so that a reader's limit of nesting is never reached.
    package static let longestRecordedChain = 64

    package mutating func failure(_ field: Int, _ failure: Failure?, links: Int = longestRecordedChain) {
        guard let failure, links > 0 else { return }
        message(field) { $0.failureBody(failure, links: links) }
    }

    package mutating func failureBody(_ failure: Failure, links: Int = longestRecordedChain) {
        string(1, failure.message)
        string(2, failure.source)
        string(3, failure.stackTrace)
        self.failure(4, failure.cause, links: links - 1)
        switch failure.kind {
        case .application(let info):
            message(5) { writer in
                writer.string(1, info.type)
                writer.bool(2, info.nonRetryable)
                writer.payloads(3, info.details)
                writer.duration(4, info.nextRetryDelay)
            }
        case .timeout(let type, let details):
            message(6) { writer in
                writer.varint(1, Int64(type.rawValue))
                writer.payloads(2, details)
            }
        case .cancelled(let details): message(7) { $0.payloads(1, details) }
        case .terminated: message(8) { _ in }
        case .server(let nonRetryable): message(9) { $0.bool(1, nonRetryable) }
        case .activity(let info):
            message(11) { writer in
                writer.varint(1, info.scheduledEventID)
                writer.name(4, info.activityType)
                writer.string(5, info.activityID)
                writer.varint(6, Int64(info.retryState.rawValue))
            }
        }
    }
}

extension Failure {
    /// The failure as bytes of its own, for rows outside the history.
    package var encoded: [UInt8] {
        var writer = ProtobufWriter()
        writer.failureBody(self)
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(DecodingFailure) {
        var failure = Failure(message: "", kind: .server(nonRetryable: false))
        try ProtobufReader.fields(of: bytes) { (field, value) throws(DecodingFailure) in
            try failure.read(field, value)
        }
        self = failure
    }

    fileprivate mutating func read(_ field: Int, _ value: ProtobufReader.Value) throws(DecodingFailure) {
        switch field {
        case 1: message = value.string
        case 2: source = value.string
        case 3: stackTrace = value.string
        case 4: cause = try value.failure()
        case 5: kind = .application(try value.applicationInfo())
        case 6: kind = try value.timeoutInfo()
        case 7:
            var details: Payload?
            try value.fields { (field, value) throws(DecodingFailure) in
                if field == 1 { details = try value.payloads() }
            }
            kind = .cancelled(details: details)
        case 8: kind = .terminated
        case 9:
            var nonRetryable = false
            try value.fields { field, value in if field == 1 { nonRetryable = value.bool } }
            kind = .server(nonRetryable: nonRetryable)
        case 11: kind = .activity(try value.activityInfo())
        default: break
        }
    }
}

extension ProtobufReader.Value {
    package func failure() throws(DecodingFailure) -> Failure {
        var failure = Failure(message: "", kind: .server(nonRetryable: false))
        try fields { (field, value) throws(DecodingFailure) in try failure.read(field, value) }
        return failure
    }

    fileprivate func applicationInfo() throws(DecodingFailure) -> Failure.Application {
        var info = Failure.Application(type: "")
        try fields { (field, value) throws(DecodingFailure) in
            switch field {
            case 1: info.type = value.string
            case 2: info.nonRetryable = value.bool
            case 3: info.details = try value.payloads()
            case 4: info.nextRetryDelay = try value.duration()
            default: break
            }
        }
        return info
    }

    fileprivate func timeoutInfo() throws(DecodingFailure) -> Failure.Kind {
        var type = TimeoutType.startToClose
        var details: Payload?
        try fields { (field, value) throws(DecodingFailure) in
            if field == 1 { type = TimeoutType(rawValue: Int(value.integer)) ?? type }
            if field == 2 { details = try value.payloads() }
        }
        return .timeout(type, lastHeartbeatDetails: details)
    }

    fileprivate func activityInfo() throws(DecodingFailure) -> Failure.ActivityContext {
        var info = Failure.ActivityContext(
            scheduledEventID: 0,
            activityType: "",
            activityID: "",
            retryState: .internalServerError
        )
        try fields { (field, value) throws(DecodingFailure) in
            switch field {
            case 1: info.scheduledEventID = value.integer
            case 4: info.activityType = try value.wrappedName()
            case 5: info.activityID = value.string
            case 6: info.retryState = RetryState(rawValue: Int(value.integer)) ?? info.retryState
            default: break
            }
        }
        return info
    }
}
