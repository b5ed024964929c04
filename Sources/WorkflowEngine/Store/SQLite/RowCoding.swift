import WorkflowCore

/// Columns that hold structures: the protobuf wire format, as histories.
enum RowCoding {
    // MARK: Payloads and failures
    static func bytes(_ payload: Payload?) -> [UInt8]? {
        guard let payload else { return nil }
        var writer = ProtobufWriter()
        writer.payload(1, payload)
        return writer.bytes
    }

    static func payload(_ bytes: [UInt8]?) throws(DecodingFailure) -> Payload? {
        guard let bytes else { return nil }
        var payload: Payload?
        try ProtobufReader.fields(of: bytes) { (field, value) throws(DecodingFailure) in
            if field == 1 { payload = try value.payload() }
        }
        return payload
    }

    static func bytes(_ failure: Failure?) -> [UInt8]? { failure?.encoded }

    static func failure(_ bytes: [UInt8]?) throws(DecodingFailure) -> Failure? {
        guard let bytes else { return nil }
        return try Failure(decoding: bytes)
    }

    // MARK: Events outside a history
    static func bytes(_ attributes: EventAttributes) -> [UInt8] {
        HistoryCoding.encode([HistoryEvent(id: 0, time: .distantPast, attributes: attributes)])
    }

    static func attributes(_ bytes: [UInt8]) throws(DecodingFailure) -> EventAttributes {
        guard let event = try HistoryCoding.decode(bytes).first else { throw DecodingFailure("the event is missing") }
        return event.attributes
    }

    static func scheduled(_ bytes: [UInt8]) throws(DecodingFailure) -> ActivityTaskScheduled {
        guard case .activityTaskScheduled(let scheduled) = try attributes(bytes) else {
            throw DecodingFailure("expected ActivityTaskScheduled, got another event")
        }
        return scheduled
    }

    // MARK: Lists
    static func bytes(_ texts: [String]) -> [UInt8] {
        var writer = ProtobufWriter()
        for text in texts { writer.message(1) { $0.string(1, text) } }
        return writer.bytes
    }

    static func texts(_ bytes: [UInt8]) throws(DecodingFailure) -> [String] {
        var texts: [String] = []
        try ProtobufReader.fields(of: bytes) { (field, value) throws(DecodingFailure) in
            if field == 1 { texts.append(try value.wrappedName()) }
        }
        return texts
    }

    // MARK: What a run waits for, and why it is blocked
    static func bytes(_ waits: [RunWait]) -> [UInt8]? {
        guard !waits.isEmpty else { return nil }
        var writer = ProtobufWriter(reserving: waits.count * 64)
        for wait in waits {
            writer.message(1) { entry in
                entry.string(1, wait.kind)
                entry.string(2, wait.name)
                entry.varint(3, wait.eventID)
                entry.string(4, wait.location)
                if let since = wait.since { entry.varint(5, since.milliseconds) }
            }
        }
        return writer.bytes
    }

    static func waits(_ bytes: [UInt8]?) throws(DecodingFailure) -> [RunWait] {
        guard let bytes else { return [] }
        var waits: [RunWait] = []
        try ProtobufReader.fields(of: bytes) { (_, entry) throws(DecodingFailure) in
            var wait = RunWait(kind: "", name: "", location: "")
            try entry.fields { field, value in
                switch field {
                case 1: wait.kind = value.string
                case 2: wait.name = value.string
                case 3: wait.eventID = value.integer
                case 4: wait.location = value.string
                case 5: wait.since = Timestamp(milliseconds: value.integer)
                default: break
                }
            }
            waits.append(wait)
        }
        return waits
    }

    static func bytes(_ reason: BlockedReason?) -> [UInt8]? {
        guard let reason else { return nil }
        var writer = ProtobufWriter()
        writer.string(1, reason.code)
        writer.string(2, reason.message)
        writer.varint(3, reason.eventID)
        if let location = reason.location { writer.message(4) { $0.string(1, location) } }
        writer.varint(5, reason.time.milliseconds)
        writer.varint(6, Int64(reason.count))
        writer.varint(7, reason.since.milliseconds)
        return writer.bytes
    }

    static func blockedReason(_ bytes: [UInt8]?) throws(DecodingFailure) -> BlockedReason? {
        guard let bytes else { return nil }
        var reason = BlockedReason(code: "", message: "", time: .distantPast, count: 0)
        var since: Timestamp?
        try ProtobufReader.fields(of: bytes) { (field, value) throws(DecodingFailure) in
            switch field {
            case 1: reason.code = value.string
            case 2: reason.message = value.string
            case 3: reason.eventID = value.integer
            case 4: reason.location = try value.wrappedName()
            case 5: reason.time = Timestamp(milliseconds: value.integer)
            case 6: reason.count = Int(value.integer)
            case 7: since = Timestamp(milliseconds: value.integer)
            default: break
            }
        }
        reason.since = since ?? reason.time
        return reason
    }
}
