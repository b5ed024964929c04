import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

private let poke = Signal<Int>("poke")

private struct SleepsFor: Workflow {
    func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
        let start = workflow.now
        try await workflow.sleep(for: .milliseconds(input))
        return Int((workflow.now - start).wholeMilliseconds)
    }
}

private struct SleepsUntil: Workflow {
    func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
        let target = workflow.now + .seconds(input)
        try await workflow.sleep(until: target)
        return Int((workflow.now - target).wholeMilliseconds)
    }
}

/// Sleeps in many branches at once; returns the order in which they woke.
private struct ManySleeps: Workflow {
    func run(_ workflow: WorkflowContext, input: [Int]) async throws -> [Int] {
        let order = workflow.variable([Int]())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, seconds) in input.enumerated() {
                group.addTask {
                    try await workflow.sleep(for: .seconds(seconds))
                    order.value.append(index)
                }
            }
            try await group.waitForAll()
        }
        return order.value
    }
}

/// A long and a short timer, and a signal that arrives before both.
private struct HourAndMinute: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> [String] {
        let order = workflow.variable([String]())
        let start = workflow.now
        @Sendable func note(_ name: String) {
            order.value.append("\(name) \((workflow.now - start).components.seconds)")
        }
        async let hour: Void = {
            try await workflow.sleep(for: .seconds(3600))
            note("hour")
        }()
        async let minute: Void = {
            try await workflow.sleep(for: .seconds(60))
            note("minute")
        }()
        async let signal: Void = {
            _ = try await workflow.next(poke)
            note("signal")
        }()
        _ = try await (hour, minute, signal)
        return order.value
    }
}

private struct Race: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for seconds in [10, 5, 20] {
                group.addTask {
                    try await workflow.sleep(for: .seconds(seconds))
                    return seconds
                }
            }
            let first = try await group.next() ?? 0
            group.cancelAll()
            while await (group.nextResult()) != nil {}
            try await workflow.sleep(for: .seconds(100))
            return first
        }
    }
}

@Suite("Timers", .timeLimit(.minutes(1))) struct TimerTests {
    @Test("a sleep lasts as long as asked for, never shorter", arguments: StoreKind.allCases, [1, 999, 2_592_000_000])
    func sleep(kind: StoreKind, milliseconds: Int) async throws {
        try await withEngine(on: kind, [SleepsFor.self]) { test in
            let run = try await test.client.start(SleepsFor.self, id: "t", input: milliseconds)
            try await test.event(.timerStarted, in: run)
            test.clock.advance(by: .milliseconds(milliseconds - 1))
            #expect(try await run.status == .running)
            test.clock.advance(by: .milliseconds(1))
            #expect(try await run.result() == milliseconds)
        }
    }

    @Test("a sleep of zero or less returns at once and leaves no event", arguments: [0, -5])
    func noSleep(milliseconds: Int) async throws {
        try await withEngine([SleepsFor.self]) { test in
            let run = try await test.client.start(SleepsFor.self, id: "t", input: milliseconds)
            #expect(try await run.result() == 0)
            #expect(try await run.history().count(of: .timerStarted) == 0)
        }
    }

    @Test("a sleep until a time ends then; one in the past returns at once", arguments: [(90, 0), (-90, 90_000)])
    func sleepUntil(seconds: Int, late: Int) async throws {
        try await withEngine([SleepsUntil.self]) { test in
            let run = try await test.client.start(SleepsUntil.self, id: "t", input: seconds)
            #expect(try await test.resultSkippingTime(of: run) == late)
        }
    }

    @Test(
        "many timers fire in the order of their times, equal ones in the order they were started",
        arguments: StoreKind.allCases,
        [false, true]
    )
    func order(kind: StoreKind, atOnce: Bool) async throws {
        var random = SeededGenerator(seed: 7)
        let seconds = (0..<40).map { _ in Int.random(in: 1...20, using: &random) }
        let expected = seconds.indices.sorted { (seconds[$0], $0) < (seconds[$1], $1) }
        try await withEngine(on: kind, [ManySleeps.self]) { test in
            let run = try await test.client.start(ManySleeps.self, id: "t", input: seconds)
            if atOnce {
                try await test.event(.timerStarted, in: run)
                test.clock.advance(by: .seconds(30))
            }
            #expect(try await test.resultSkippingTime(of: run) == expected)
        }
    }

    @Test("a signal does not end a sleep early, and a short timer does not fire with a long one")
    func timersAndSignal() async throws {
        try await withEngine([HourAndMinute.self]) { test in
            let run = try await test.client.start(HourAndMinute.self, id: "t")
            try await test.event(.timerStarted, in: run)
            test.clock.advance(by: .seconds(1))
            try await run.signal(poke, 1)
            #expect(try await test.resultSkippingTime(of: run) == ["signal 1", "minute 60", "hour 3600"])
        }
    }

    @Test("a cancelled timer never fires", arguments: StoreKind.allCases)
    func cancelled(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Race.self]) { test in
            let run = try await test.client.start(Race.self, id: "t")
            #expect(try await test.resultSkippingTime(of: run) == 5)
            let history = try await run.history()
            #expect(history.count(of: .timerStarted) == 4)
            #expect(history.count(of: .timerCanceled) == 2)
            #expect(history.count(of: .timerFired) == 2)
            #expect(try await test.database.store.timers(of: run.record().reference.key).isEmpty)
        }
    }
}
