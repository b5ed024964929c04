/// Encoding of payloads, failures and policies as in Temporal's `common` and `failure` packages.
extension ProtobufWriter {
    /// A `Payloads` message with at most one payload.
    package mutating func payloads(_ field: Int, _ payload: Payload?) {
        guard let payload else { return }
        message(field) { $0.payload(1, payload) }
    }

    /// JSON is not told to be JSON: it is what nearly every payload is, and the words are longer than most of them.
    package mutating func payload(_ field: Int, _ payload: Payload) {
        message(field) { writer in
            if payload.encoding != Payload.json {
                writer.message(1) { entry in
                    entry.string(1, "encoding")
                    entry.string(2, payload.encoding)
                }
            }
            writer.bytes(2, payload.data)
        }
    }

    /// A message whose only content is a name, as `ActivityType`, `WorkflowType` and `TaskQueue`.
    package mutating func name(_ field: Int, _ name: String) {
        guard !name.isEmpty else { return }
        message(field) { $0.string(1, name) }
    }

    /// The default policy is left out. Field 100 is ours: Temporal has no jitter and skips the field.
    package mutating func retryPolicy(_ field: Int, _ policy: RetryPolicy) {
        guard policy != .default else { return }
        message(field) { writer in
            writer.duration(1, policy.initialInterval)
            writer.double(2, policy.backoffCoefficient)
            writer.duration(3, policy.maximumInterval)
            writer.varint(4, Int64(policy.maximumAttempts))
            for type in policy.nonRetryableErrorTypes { writer.string(5, type) }
            writer.double(100, policy.jitter)
        }
    }
}

extension ProtobufReader.Value {
    package func payloads() throws(DecodingFailure) -> Payload? {
        var result: Payload?
        try fields { (field, value) throws(DecodingFailure) in if field == 1 { result = try value.payload() } }
        return result
    }

    package func payload() throws(DecodingFailure) -> Payload {
        var payload = Payload(data: [])
        try fields { (field, value) throws(DecodingFailure) in
            if field == 2 { payload.data = value.data }
            if field == 1 {
                var key = ""
                var text = ""
                try value.fields { field, value in
                    if field == 1 { key = value.string } else if field == 2 { text = value.string }
                }
                if key == "encoding" { payload.encoding = text }
            }
        }
        return payload
    }

    package func retryPolicy() throws(DecodingFailure) -> RetryPolicy {
        var policy = RetryPolicy()
        try fields { (field, value) throws(DecodingFailure) in
            switch field {
            case 1: policy.initialInterval = try value.duration()
            case 2: policy.backoffCoefficient = value.double
            case 3: policy.maximumInterval = try value.duration()
            case 4: policy.maximumAttempts = Int(value.integer)
            case 5: policy.nonRetryableErrorTypes.append(value.string)
            case 100: policy.jitter = value.double
            default: break
            }
        }
        return policy
    }
}
