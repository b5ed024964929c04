import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowStore
import WorkflowTesting

private let number = Signal<Int>("number")
private let other = Signal<String>("other")
private let begin = Signal<Nothing>("begin")

/// Reads as many numbers as it is told.
private struct Reads: Workflow {
    func run(_ workflow: WorkflowContext, input: Int) async throws -> [Int] {
        var values: [Int] = []
        for try await value in workflow.signals(number) {
            values.append(value)
            if values.count == input { break }
        }
        return values
    }
}

/// Reads numbers only after it was told to begin.
private struct ReadsLate: Workflow {
    func run(_ workflow: WorkflowContext, input: Int) async throws -> [Int] {
        _ = try await workflow.next(begin)
        var values: [Int] = []
        while values.count < input { values.append(try await workflow.next(number)) }
        return values
    }
}

private struct ReadsWithTimeout: Workflow {
    func run(_ workflow: WorkflowContext, input: Int) async throws -> [Int?] {
        var values: [Int?] = []
        for _ in 0..<input { values.append(try await workflow.next(number, timeout: .seconds(10))) }
        return values
    }
}

/// Returns as soon as its activity has, whatever arrives.
private struct Closes: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        try await workflow.execute(Work.self, "x")
    }
}

private struct TwoReaders: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> [[Int]] {
        @Sendable func three() async throws -> [Int] {
            [try await workflow.next(number), try await workflow.next(number), try await workflow.next(number)]
        }
        async let first = three()
        async let second = three()
        return try await [first, second]
    }
}

@Suite("Signals", .timeLimit(.minutes(1))) struct SignalTests {
    @Test("a thousand signals arrive complete and in order", arguments: StoreKind.allCases)
    func order(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Reads.self]) { test in
            let run = try await test.client.start(Reads.self, id: "s", input: 1000)
            for value in 0..<1000 { try await run.signal(number, value) }
            #expect(try await run.result() == Array(0..<1000))
            let sent = try await run.history().compactMap { event -> String? in
                guard case .workflowExecutionSignaled(let signal) = event.attributes else { return nil }
                return signal.input?.text
            }
            #expect(sent == (0..<1000).map(String.init))
        }
    }

    @Test("signals wait until they are read, also before the first activation", arguments: StoreKind.allCases)
    func buffering(kind: StoreKind) async throws {
        try await kind.withDatabase { database in
            let clock = VirtualClock()
            let client = WorkflowClient(database, clock: clock)
            let run = try await client.start(ReadsLate.self, id: "s", input: 3)
            for value in 1...3 { try await run.signal(number, value) }
            try await TestEnvironment.run(database: database, clock: clock, workflows: [ReadsLate.self]) { test in
                try await test.until { try await run.history().count(of: .workflowExecutionSignaled) == 3 }
                try await run.signal(begin, Nothing())
                let values = try await run.result()
                #expect(values == [1, 2, 3])
            }
        }
    }

    @Test("values of one signal are dealt to the readers in the order in which they wait")
    func readers() async throws {
        try await withEngine([TwoReaders.self]) { test in
            let run = try await test.client.start(TwoReaders.self, id: "s")
            for value in 1...6 { try await run.signal(number, value) }
            #expect(try await run.result() == [[1, 3, 5], [2, 4, 6]])
        }
    }

    @Test("next with a timeout returns nil when it passes, and the value otherwise")
    func timeout() async throws {
        try await withEngine([ReadsWithTimeout.self]) { test in
            let run = try await test.client.start(ReadsWithTimeout.self, id: "s", input: 3)
            try await run.signal(number, 1)
            try await test.until { try await run.history().count(of: .timerStarted) == 2 }
            test.clock.advance(by: .seconds(10))
            try await test.until { try await run.history().count(of: .timerStarted) == 3 }
            test.clock.advance(by: .milliseconds(9_999))
            try await run.signal(number, 3)
            #expect(try await run.result() == [1, nil, 3])
            #expect(try await run.history().count(of: .timerCanceled) == 2)
        }
    }

    @Test("a signal nobody reads is kept in history and does no harm", arguments: StoreKind.allCases)
    func unknown(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Reads.self]) { test in
            let run = try await test.client.start(Reads.self, id: "s", input: 1)
            try await run.signal(other, "hello")
            try await test.event(.workflowExecutionSignaled, in: run)
            try await run.signal(number, 5)
            #expect(try await run.result() == [5])
            let events = try await run.history().filter { $0.type == .workflowExecutionSignaled }
            guard case .workflowExecutionSignaled(let first)? = events.first?.attributes else { return }
            #expect(first.signalName == "other")
            #expect(first.input?.text == #""hello""#)
        }
    }

    @Test("what is acknowledged before the close is in the history, whenever it comes", arguments: StoreKind.allCases)
    func unreadAtClose(kind: StoreKind) async throws {
        for round in 0..<10 {
            let gate = Gate()
            let waits = Does { input, _ in
                try await gate.pass()
                return input
            }
            try await withEngine(on: kind, [Closes.self], [waits]) { test in
                let run = try await test.client.start(Closes.self, id: "s")
                await gate.entered()
                let sending = Task {
                    for value in 0..<60 {
                        if value == round * 5 { gate.open() }
                        do {
                            try await run.signal(number, value)
                        } catch {
                            return value
                        }
                    }
                    return 60
                }
                let accepted = await sending.value
                #expect(try await run.result() == "x")
                #expect(try await run.history().count(of: .workflowExecutionSignaled) == accepted)
            }
        }
    }

    @Test("a signal to a closed run is refused, one to an unknown run too", arguments: StoreKind.allCases)
    func refused(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Reads.self]) { test in
            let run = try await test.client.start(Reads.self, id: "s", input: 1)
            try await run.signal(number, 1)
            _ = try await run.result()
            let closed = await #expect(throws: EngineError.self) { try await run.signal(number, 2) }
            #expect(closed?.code == "workflow-closed")
            let nobody = test.client.handle(Reads.self, id: "nobody")
            let missing = await #expect(throws: EngineError.self) { try await nobody.signal(number, 2) }
            #expect(missing?.code == "workflow-not-found")
        }
    }

    @Test("signal-with-start starts once and signals each time", arguments: StoreKind.allCases)
    func signalWithStart(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Reads.self]) { test in
            var runs: [RunID?] = []
            for value in 1...3 {
                let run = try await test.client.signalWithStart(
                    Reads.self,
                    id: "s",
                    input: 3,
                    signal: number,
                    value: value
                )
                runs.append(run.runID)
            }
            #expect(Set(runs).count == 1)
            #expect(try await test.client.handle(Reads.self, id: "s").result() == [1, 2, 3])
        }
    }

    @Test("a signal sent twice with one request id arrives once, a start too", arguments: StoreKind.allCases)
    func requestIDs(kind: StoreKind) async throws {
        try await withEngine(on: kind, [Reads.self]) { test in
            let options = StartOptions(requestID: "start-1")
            let run = try await test.client.start(Reads.self, id: "s", input: 2, options: options)
            let again = try await test.client.start(Reads.self, id: "s", input: 2, options: options)
            #expect(run.runID == again.runID)
            for _ in 0..<3 { try await run.signal(number, 1, requestID: "one") }
            try await run.signal(number, 2, requestID: "two")
            #expect(try await run.result() == [1, 2])
            try await run.signal(number, 2, requestID: "two")
            let late = try await test.client.start(Reads.self, id: "s", input: 2, options: options)
            #expect(late.runID == run.runID)
        }
    }
}
