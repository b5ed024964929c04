import Testing
import WorkflowCore

/// The bytes are written by hand from the field numbers of `temporal.api.history.v1`, not by our encoder.
@Suite("Events are Temporal's protobuf")
struct TemporalBytesTests {
    static func bytes(_ hex: String) -> [UInt8] {
        hex.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
    }

    @Test("TimerStarted is what any protobuf tool would write")
    func timerStarted() throws {
        let expected = Self.bytes(
            """
            0a 23
              08 05
              12 0c 08 a5 eb dc ca 06 10 80 eb a5 c3 02
              18 11
              a2 01 0e
                0a 01 37
                12 07 08 1e 10 80 e5 9a 77
                18 04
            """
        )
        let event = HistoryEvent(
            id: 5,
            time: HistoryBuilder.beginning,
            attributes: .timerStarted(
                TimerStarted(timerID: "7", startToFireTimeout: .milliseconds(30_250), workflowTaskCompletedEventID: 4)
            )
        )
        #expect(HistoryCoding.encode([event]) == expected)
        #expect(try HistoryCoding.decode(expected) == [event])
    }

    static let scheduled = bytes(
        """
        0a 6f
          08 ac 02
          12 0c 08 a5 eb dc ca 06 10 80 eb a5 c3 02
          18 0a
          7a 5a
            0a 01 31
            12 08 0a 06 65 6e 63 6f 64 65
            22 07 0a 05 6d 65 64 69 61
            32 1d 0a 1b
              0a 16 0a 08 65 6e 63 6f 64 69 6e 67 12 0a 6a 73 6f 6e 2f 70 6c 61 69 6e
              12 01 37
            3a 03 08 d8 04
            4a 02 08 5a
            52 02 08 1e
            58 04
            62 14
              0a 02 08 01
              11 00 00 00 00 00 00 f8 3f
              20 03
              2a 03 42 61 64
        """
    )

    /// `scheduled` as we write it: a payload that says nothing of its encoding is JSON.
    static let ours = bytes(
        """
        0a 57
          08 ac 02
          12 0c 08 a5 eb dc ca 06 10 80 eb a5 c3 02
          18 0a
          7a 42
            0a 01 31
            12 08 0a 06 65 6e 63 6f 64 65
            22 07 0a 05 6d 65 64 69 61
            32 05 0a 03
              12 01 37
            3a 03 08 d8 04
            4a 02 08 5a
            52 02 08 1e
            58 04
            62 14
              0a 02 08 01
              11 00 00 00 00 00 00 f8 3f
              20 03
              2a 03 42 61 64
        """
    )

    static let scheduledEvent = HistoryEvent(
        id: 300,
        time: HistoryBuilder.beginning,
        attributes: .activityTaskScheduled(
            ActivityTaskScheduled(
                activityID: "1",
                activityType: "encode",
                taskQueue: "media",
                input: Payload(data: [0x37]),
                scheduleToCloseTimeout: .seconds(600),
                startToCloseTimeout: .seconds(90),
                heartbeatTimeout: .seconds(30),
                workflowTaskCompletedEventID: 4,
                retryPolicy: RetryPolicy(
                    backoffCoefficient: 1.5,
                    maximumAttempts: 3,
                    nonRetryableErrorTypes: ["Bad"]
                )
            )
        )
    )

    @Test("ActivityTaskScheduled is read as any protobuf tool writes it, and written without the payload's encoding")
    func activityTaskScheduled() throws {
        #expect(HistoryCoding.encode([Self.scheduledEvent]) == Self.ours)
        #expect(try HistoryCoding.decode(Self.scheduled) == [Self.scheduledEvent])
        #expect(try HistoryCoding.decode(Self.ours) == [Self.scheduledEvent])
    }

    static let oneActivation = bytes(
        """
        0a 14
          08 05
          12 0c 08 a5 eb dc ca 06 10 80 eb a5 c3 02
          18 05
          52 00
        0a 06
          18 06
          5a 02 08 05
        0a 0c
          a0 06 ac 02
          18 07
          62 04 08 05 10 06
        """
    )

    @Test("an event leaves out what the one before it tells")
    func following() throws {
        let events = [
            HistoryEvent(id: 5, time: HistoryBuilder.beginning, attributes: .workflowTaskScheduled),
            HistoryEvent(id: 6, time: HistoryBuilder.beginning, attributes: .workflowTaskStarted(scheduledEventID: 5)),
            HistoryEvent(
                id: 7,
                time: HistoryBuilder.beginning + .milliseconds(300),
                attributes: .workflowTaskCompleted(scheduledEventID: 5, startedEventID: 6)
            ),
        ]
        #expect(HistoryCoding.encode(events) == Self.oneActivation)
        #expect(try HistoryCoding.decode(Self.oneActivation) == events)
    }

    @Test("types have Temporal's numbers and names")
    func types() {
        let numbers = [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 25, 26, 27]
        #expect(EventType.allCases.map(\.rawValue) == numbers)
        #expect(EventType.activityTaskCancelRequested.name == "ActivityTaskCancelRequested")
        #expect(EventType.workflowExecutionSignaled.name == "WorkflowExecutionSignaled")
    }
}
