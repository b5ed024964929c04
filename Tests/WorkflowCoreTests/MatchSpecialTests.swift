import Testing

@testable import WorkflowCore

@Suite("Matching: cancellations, patches, cut histories")
struct MatchSpecialTests {
    @Test(
        "what was recorded is matched by the same code",
        arguments: [
            [.timer(1, .seconds(3)), .cancelTimer(OperationID(1))],
            [.timer(1, .seconds(3)), .cancelTimer(OperationID(1)), .cancelTimer(OperationID(1))],
            [.activity(1, "a"), .requestCancelActivity(OperationID(1)), .requestCancelActivity(OperationID(1))],
            [
                .timer(1, .seconds(3)), .timer(2, .seconds(3)), .cancelTimer(OperationID(2)),
                .cancelTimer(OperationID(1)),
            ],
            [.cancelTimer(OperationID(9)), .requestCancelActivity(OperationID(9)), .completeWorkflow(result: nil)],
            [.recordPatch("p"), .activity(1, "a"), .cancelWorkflow, .activity(2, "late")],
            [.timer(1, .seconds(0.1)), .timer(2, .nanoseconds(1)), .timer(3, .seconds(1.0 / 3))],
            [.timer(1, .seconds(Int64.max))],
        ] as [[Command]]
    )
    func roundTrip(commands: [Command]) throws {
        let recorded = try HistoryCoding.decode(HistoryCoding.encode(Replay.recorded(commands)))
        let machine = try Replay.match(commands, with: recorded)
        #expect(machine.nextEventID == EventID(5 + recorded.count))
    }

    @Test("a cancelled timer of another operation is a mismatch")
    func otherTimer() throws {
        let timers: [Command] = [.timer(1, .seconds(3)), .timer(2, .seconds(4))]
        let history = try Replay.recorded(timers + [.cancelTimer(OperationID(1))])
        let error = #expect(throws: ReplayMismatch.self) {
            try Replay.match(timers + [.cancelTimer(OperationID(2))], with: history)
        }
        #expect(error?.recorded == .cancelTimer(startedEventID: 5))
        #expect(error?.attempted == .cancelTimer(startedEventID: 6))
    }

    @Test("code that no longer asks for a recorded patch still matches")
    func retiredPatch() throws {
        let history = try Replay.recorded([.recordPatch("p"), .activity(1, "a")])
        let machine = try Replay.match([.activity(1, "a")], with: history)
        #expect(machine.patches == ["p"])
        #expect(machine.event(of: OperationID(1)) == 6)
    }

    @Test("a patch of another name is a mismatch")
    func otherPatch() throws {
        let history = try Replay.recorded([.recordPatch("p"), .activity(1, "a")])
        let error = #expect(throws: ReplayMismatch.self) {
            try Replay.match([.recordPatch("q"), .activity(1, "a")], with: history)
        }
        #expect(error?.attempted == .recordPatch(id: "q"))
        #expect(error?.eventID == 6, "markers are never missed, so the first event in question is the activity")
    }

    @Test("a history cut anywhere among the events of an activation matches", arguments: 0...5)
    func truncated(length: Int) throws {
        let history = Array(try Replay.recorded(MatchTests.original).prefix(length))
        let machine = try Replay.match(MatchTests.original, with: history, isTruncated: true)
        #expect(machine.nextEventID == EventID(5 + length))
        guard length < 5 else { return }
        #expect(throws: ReplayMismatch.self) { try Replay.match(MatchTests.original, with: history) }
    }

    @Test("a cut history still shows events that no command made")
    func truncatedMismatch() throws {
        let history = Array(try Replay.recorded(MatchTests.original).prefix(2))
        let error = #expect(throws: ReplayMismatch.self) {
            try Replay.match([.activity(1, "transcode"), .activity(2, "words")], with: history, isTruncated: true)
        }
        #expect(error?.eventID == 6)
        #expect(error?.attempted == nil)
    }

    @Test("a matcher gives every event once")
    func matcher() throws {
        let history = try Replay.recorded([.timer(1, .seconds(3)), .timer(2, .seconds(3)), .recordPatch("p")])
        var matcher = CommandMatcher(recorded: history)
        #expect(matcher.take(.startTimer(milliseconds: 3000))?.id == 5)
        #expect(matcher.firstUnused?.id == 6)
        #expect(matcher.take(.startTimer(milliseconds: 3000))?.id == 6)
        #expect(matcher.take(.startTimer(milliseconds: 3000)) == nil)
        #expect(matcher.firstUnused == nil)
        #expect(matcher.take(.recordPatch(id: "p"))?.id == 7)
    }

    @Test("a mismatch without a place reads well")
    func withoutLocation() {
        let mismatch = ReplayMismatch(
            eventID: 17,
            recorded: .cancelTimer(startedEventID: 9),
            attempted: .failWorkflow,
            location: nil
        )
        #expect(
            mismatch.description
                == "not deterministic at event 17: history recorded \"cancel the timer started by event 9\", "
                + "the code attempted \"fail the workflow\". "
                + "Deploy the previous code, or keep both paths apart with patched(_:)."
        )
    }
}
