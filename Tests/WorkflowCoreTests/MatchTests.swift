import Testing
import WorkflowCore

/// Runs one activation twice: first it records, then changed code is matched with what was recorded.
struct Replay {
    static func issued(_ commands: [Command]) -> [IssuedCommand] {
        commands.enumerated().map { IssuedCommand($1, at: SourceLocation(file: "Publish.swift", line: 10 + $0)) }
    }

    /// The events that `commands` become after the first activation.
    static func recorded(_ commands: [Command]) throws -> [HistoryEvent] {
        var machine = try HistoryBuilder.activated.machine()
        return try machine.record(issued(commands), at: HistoryBuilder.beginning, taskCompleted: 4)
    }

    /// The machine after `commands` were matched with `history`.
    @discardableResult
    static func match(
        _ commands: [Command],
        with history: [HistoryEvent],
        isTruncated: Bool = false
    ) throws -> RunMachine {
        var machine = try HistoryBuilder.activated.machine()
        machine.announcePatches(in: history)
        try machine.match(issued(commands), with: history, isTruncated: isTruncated)
        return machine
    }
}

@Suite("Matching of code with history")
struct MatchTests {
    /// Events 5 to 9.
    static let original: [Command] = [
        .activity(1, "transcode"), .activity(2, "lyrics"), .timer(3, .seconds(30)), .timer(4, .seconds(60)),
        .activity(5, "transcode"),
    ]

    @Test("the same code matches, and its operations are bound to their events")
    func same() throws {
        let machine = try Replay.match(Self.original, with: Replay.recorded(Self.original))
        #expect((1...5).map { machine.event(of: OperationID($0)) } == [5, 6, 7, 8, 9])
        #expect(machine.nextEventID == 10)
        #expect(machine.pendingActivities.count == 3)
        #expect(machine.armedTimers.count == 2)
    }

    @Test("commands with different keys may change places; those with the same key are matched n-th with n-th")
    func reordered() throws {
        let history = try Replay.recorded(Self.original)
        let reversed = try Replay.match(Self.original.reversed(), with: history)
        #expect((1...5).map { reversed.event(of: OperationID($0)) } == [9, 6, 7, 8, 5])
        var random = SeededGenerator(seed: 11)
        for _ in 0..<50 {
            let shuffled = Self.original.shuffled(using: &random)
            let machine = try Replay.match(shuffled, with: history)
            #expect(machine.event(of: OperationID(2)) == 6)
            let first = shuffled.first { $0 == Self.original[0] || $0 == Self.original[4] }
            let operation = OperationID(first == Self.original[0] ? 1 : 5)
            #expect(machine.event(of: operation) == 5)
        }
    }

    struct Mutation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout [Command]) -> Void
        let message: String
        init(_ name: String, _ message: String, _ change: @escaping @Sendable (inout [Command]) -> Void) {
            (testDescription, self.message, self.change) = (name, message, change)
        }
    }

    static let mutations = [
        Mutation(
            "added",
            #"event 10: history recorded nothing more here, the code attempted "schedule activity notify" at Publish.swift:15"#
        ) { $0.append(.activity(6, "notify")) },
        Mutation("dropped", #"event 6: history recorded "schedule activity lyrics", the code did nothing"#) {
            $0.remove(at: 1)
        },
        Mutation(
            "one of two alike dropped",
            #"event 9: history recorded "schedule activity transcode", the code did nothing"#
        ) {
            $0.remove(at: 0)
        },
        Mutation(
            "renamed",
            #"event 6: history recorded "schedule activity lyrics", the code attempted "schedule activity words" at Publish.swift:11"#
        ) { $0[1] = .activity(2, "words") },
        Mutation(
            "timer length",
            #"event 7: history recorded "start timer 30.0 seconds", the code attempted "start timer 30.001 seconds" at Publish.swift:12"#
        ) { $0[2] = .timer(3, .milliseconds(30_001)) },
        Mutation(
            "activity became a timer",
            #"event 5: history recorded "schedule activity transcode", the code attempted "start timer 5.0 seconds" at Publish.swift:10"#
        ) { $0[0] = .timer(1, .seconds(5)) },
        Mutation(
            "timer became an end",
            #"event 8: history recorded "start timer 60.0 seconds", the code attempted "complete the workflow" at Publish.swift:13"#
        ) { $0[3] = .completeWorkflow(result: nil) },
        Mutation(
            "new patch",
            #"event 5: history recorded "schedule activity transcode", the code attempted "record patch "p"" at Publish.swift:10"#
        ) { $0.insert(.recordPatch("p"), at: 0) },
        Mutation(
            "new cancellation",
            #"event 7: history recorded "start timer 30.0 seconds", the code attempted "request cancellation of the activity scheduled by event 5" at Publish.swift:12"#
        ) { $0.insert(.requestCancelActivity(OperationID(1)), at: 2) },
        Mutation("nothing at all", #"event 5: history recorded "schedule activity transcode", the code did nothing"#) {
            $0.removeAll()
        },
    ]

    @Test("every change is found, with the event, both sides and the line", arguments: mutations)
    func mutation(_ mutation: Mutation) throws {
        var changed = Self.original
        mutation.change(&changed)
        let history = try Replay.recorded(Self.original)
        let commands = changed
        let error = #expect(throws: ReplayMismatch.self) { try Replay.match(commands, with: history) }
        let expected =
            "not deterministic at \(mutation.message). "
            + "Deploy the previous code, or keep both paths apart with patched(_:)."
        #expect(error?.description == expected)
    }

    static let endings: [Command] = [
        .completeWorkflow(result: nil), .failWorkflow(.error("Bad")), .cancelWorkflow,
    ]

    @Test("an end of another kind is a mismatch", arguments: endings, endings)
    func otherEnding(recorded: Command, attempted: Command) throws {
        let history = try Replay.recorded([recorded])
        guard recorded != attempted else {
            #expect(try Replay.match([attempted], with: history).status.isClosed)
            return
        }
        let error = #expect(throws: ReplayMismatch.self) { try Replay.match([attempted], with: history) }
        #expect(error?.eventID == 5)
        #expect(error?.recorded == CommandKey(history[0]))
        #expect(error?.location == SourceLocation(file: "Publish.swift", line: 10))
    }

    @Test("a mismatch leaves the machine as it was")
    func unchanged() throws {
        let history = try Replay.recorded(Self.original)
        var machine = try HistoryBuilder.activated.machine()
        let commands = Replay.issued([.activity(1, "transcode")])
        #expect(throws: ReplayMismatch.self) { try machine.match(commands, with: history, isTruncated: false) }
        #expect(machine.nextEventID == 5)
        #expect(machine.event(of: OperationID(1)) == nil)
        #expect(machine.pendingActivities.isEmpty)
    }
}
