import Testing
import WorkflowCore

@Suite("Encoding of events")
struct EventCodingTests {
    @Test("an event of every type is read back as it was written", arguments: EventType.allCases)
    func roundTrip(type: EventType) throws {
        let event = HistoryEvent(
            id: 300,
            time: HistoryBuilder.beginning,
            attributes: Sample.attributes(type, subject: 200)
        )
        try #require(event.type == type, "there is no sample of \(type.name)")
        #expect(try HistoryCoding.decode(HistoryCoding.encode([event])) == [event])
    }

    @Test(
        "events whose optional fields are absent are read back",
        arguments: [
            .workflowExecutionCompleted(WorkflowExecutionCompleted(workflowTaskCompletedEventID: 4)),
            .activityTaskCompleted(ActivityTaskCompleted(scheduledEventID: 5, startedEventID: 6)),
            .activityTaskStarted(ActivityTaskStarted(scheduledEventID: 5, identity: "", attempt: 1)),
            .activityTaskCanceled(ActivityTaskCanceled(scheduledEventID: 5, startedEventID: 0)),
            .activityTaskScheduled(
                ActivityTaskScheduled(
                    activityID: "1",
                    activityType: "a",
                    taskQueue: "q",
                    startToCloseTimeout: .seconds(1),
                    workflowTaskCompletedEventID: 4,
                    retryPolicy: .default
                )
            ),
            .workflowExecutionSignaled(WorkflowExecutionSignaled(signalName: "go", input: nil, identity: "")),
        ] as [EventAttributes]
    )
    func absentFields(attributes: EventAttributes) throws {
        let event = HistoryEvent(id: 1, time: .distantPast, attributes: attributes)
        #expect(try HistoryCoding.decode(HistoryCoding.encode([event])) == [event])
    }

    @Test("a payload that is present and empty is not an absent one")
    func emptyPayload() throws {
        let event = HistoryEvent(
            id: 1,
            time: .distantPast,
            attributes: .workflowExecutionCompleted(
                WorkflowExecutionCompleted(result: Payload(data: []), workflowTaskCompletedEventID: 4)
            )
        )
        #expect(try HistoryCoding.decode(HistoryCoding.encode([event])) == [event])
    }

    @Test("batches one after the other are one history")
    func concatenation() throws {
        let events = Sample.oneOfEach
        for cut in 0...events.count {
            let bytes = HistoryCoding.encode(Array(events[..<cut])) + HistoryCoding.encode(Array(events[cut...]))
            #expect(try HistoryCoding.decode(bytes) == events)
        }
    }

    @Test(
        "an event that does not follow on the one before it is read back: earlier, later, or with another id",
        arguments: [
            (6, -1), (6, 0), (6, 1), (5, 0), (4, 0), (8, 86_400_000), (.max, 0), (6, .max - 1_800_000_000_000),
        ] as [(EventID, Int64)]
    )
    func following(id: EventID, milliseconds: Int64) throws {
        let time = Timestamp(milliseconds: HistoryBuilder.beginning.milliseconds + milliseconds)
        let events = [
            HistoryEvent(id: 5, time: HistoryBuilder.beginning, attributes: .workflowTaskScheduled),
            HistoryEvent(id: id, time: time, attributes: .timerFired(startedEventID: 3)),
        ]
        #expect(try HistoryCoding.decode(HistoryCoding.encode(events)) == events)
    }

    @Test("a payload is read back with its encoding, whatever that is", arguments: ["json/plain", "", "binary/plain"])
    func encodings(encoding: String) throws {
        let event = HistoryEvent(
            id: 1,
            time: .distantPast,
            attributes: .workflowExecutionCompleted(
                WorkflowExecutionCompleted(
                    result: Payload(encoding: encoding, data: [1]),
                    workflowTaskCompletedEventID: 4
                )
            )
        )
        #expect(try HistoryCoding.decode(HistoryCoding.encode([event])) == [event])
    }

    @Test("fields that this version does not know are skipped")
    func unknownFields() throws {
        let event = HistoryEvent(
            id: 7,
            time: HistoryBuilder.beginning,
            attributes: .timerFired(startedEventID: 5)
        )
        var writer = ProtobufWriter()
        writer.string(90, "a later version's field")
        writer.message(1) { body in
            body.varint(1, 7)
            body.timestamp(2, event.time)
            body.varint(3, 18)
            body.varint(4, 11)
            body.varint(5, 12)
            body.bool(300, true)
            body.message(21) { attributes in
                attributes.string(1, "timer-id")
                attributes.varint(2, 5)
                attributes.double(77, 1.5)
                attributes.message(78) { $0.string(1, "x") }
            }
            body.message(301) { $0.string(1, "summary") }
        }
        #expect(try HistoryCoding.decode(writer.bytes) == [event])
    }

    @Test("an event of an unknown type is refused with its number and id")
    func unknownType() {
        var writer = ProtobufWriter()
        writer.message(1) { body in
            body.varint(1, 9)
            body.varint(3, 99)
        }
        let bytes = writer.bytes
        #expect(throws: DecodingFailure("event 9 has type 99, which this version does not know")) {
            try HistoryCoding.decode(bytes)
        }
    }

    @Test("an event with another type's attributes is refused")
    func foreignAttributes() {
        var writer = ProtobufWriter()
        writer.message(1) { body in
            body.varint(1, 9)
            body.varint(3, 18)
            body.message(20) { $0.string(1, "1") }
        }
        let bytes = writer.bytes
        #expect(throws: DecodingFailure("event 9 (TimerFired) has the attributes of another type of event")) {
            try HistoryCoding.decode(bytes)
        }
    }

    @Test("a failure is read back from bytes of its own")
    func failureAlone() throws {
        #expect(try Failure(decoding: Sample.deepFailure.encoded) == Sample.deepFailure)
        let kinds: [Failure.Kind] = [
            .terminated, .server(nonRetryable: true), .server(nonRetryable: false), .cancelled(details: nil),
            .cancelled(details: Sample.payload), .timeout(.scheduleToStart, lastHeartbeatDetails: nil),
            .application(Failure.Application(type: "T")),
        ]
        for kind in kinds {
            let failure = Failure.of(kind)
            #expect(try Failure(decoding: failure.encoded) == failure)
        }
    }

    @Test(
        "a chain of causes of any length can be read again; its first 64 links are kept",
        arguments: [1, 64, 65, 900]
    )
    func longChain(length: Int) throws {
        var failure = Failure.error("0")
        for index in 1..<max(length, 2) where length > 1 { failure = .error("\(index)", cause: failure) }
        let event = HistoryEvent(
            id: 1,
            time: .distantPast,
            attributes: .workflowExecutionFailed(
                WorkflowExecutionFailed(failure: failure, workflowTaskCompletedEventID: 4)
            )
        )
        let decoded = try HistoryCoding.decode(HistoryCoding.encode([event]))
        guard case .workflowExecutionFailed(let read) = try #require(decoded.first).attributes else {
            Issue.record("expected a failure")
            return
        }
        #expect(read.failure.chain.map(\.message) == failure.chain.prefix(64).map(\.message))
    }
}
