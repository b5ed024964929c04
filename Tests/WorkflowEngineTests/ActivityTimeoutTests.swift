import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

private enum Limit: String, Codable, Sendable, CaseIterable {
    case startToClose
    case heartbeat
    case scheduleToStart
    case scheduleToClose

    var options: ActivityOptions {
        switch self {
        case .startToClose: ActivityOptions(startToCloseTimeout: .seconds(5), retryPolicy: .none)
        case .heartbeat:
            ActivityOptions(startToCloseTimeout: .seconds(60), heartbeatTimeout: .seconds(5), retryPolicy: .none)
        case .scheduleToStart:
            ActivityOptions(startToCloseTimeout: .seconds(60), scheduleToStartTimeout: .seconds(5))
        case .scheduleToClose: ActivityOptions(startToCloseTimeout: .seconds(60), scheduleToCloseTimeout: .seconds(5))
        }
    }
}

private struct Limited: Workflow {
    func run(_ workflow: WorkflowContext, input: Limit) async throws -> String {
        do {
            return try await workflow.execute(Work.self, input.rawValue, options: input.options)
        } catch let failure as Failure {
            guard case .timeout(let type, let details) = failure.rootCause.kind else { return "no timeout: \(failure)" }
            return "\(type) \(details?.text ?? "-")"
        }
    }
}

private struct Patient: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        let options = ActivityOptions(
            startToCloseTimeout: .seconds(100),
            heartbeatTimeout: .seconds(10),
            retryPolicy: RetryPolicy(initialInterval: .seconds(1))
        )
        return try await workflow.execute(Work.self, "x", options: options)
    }
}

private struct Hurried: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        let options = ActivityOptions(
            startToCloseTimeout: .seconds(1),
            scheduleToCloseTimeout: .seconds(10),
            retryPolicy: RetryPolicy(initialInterval: .seconds(2))
        )
        return try await workflow.execute(Work.self, "x", options: options)
    }
}

@Suite("Activity time limits", .timeLimit(.minutes(1))) struct ActivityTimeoutTests {
    @Test(
        "a running attempt that passes a limit ends with that limit's type",
        arguments: StoreKind.allCases,
        [Limit.startToClose, .heartbeat, .scheduleToClose]
    )
    fileprivate func running(kind: StoreKind, limit: Limit) async throws {
        let gate = Gate()
        let hangs = Does { _, _ in
            try await gate.pass()
            return "too late"
        }
        try await withEngine(on: kind, [Limited.self], [hangs]) { test in
            let run = try await test.client.start(Limited.self, id: "t", input: limit)
            await gate.entered()
            test.clock.advance(by: .milliseconds(4999))
            #expect(try await run.status == .running)
            test.clock.advance(by: .milliseconds(1))
            let type = limit.rawValue.prefix(1).uppercased() + limit.rawValue.dropFirst()
            #expect(try await run.result() == "\(type) -")
            #expect(try await run.history().count(of: .activityTaskTimedOut) == 1)
            #expect(try await test.attempts(of: run).map(\.outcome) == ["timed-out"])
        }
    }

    @Test("an activity that no worker has a slot for passes schedule-to-start", arguments: StoreKind.allCases)
    func scheduleToStart(kind: StoreKind) async throws {
        let gate = Gate()
        let slow = Does { input, _ in
            try await gate.pass()
            return input
        }
        try await withEngine(on: kind, [Limited.self], [slow], configuration: .test(slots: 1)) { test in
            let first = try await test.client.start(Limited.self, id: "first", input: .scheduleToStart)
            await gate.entered()
            let second = try await test.client.start(Limited.self, id: "second", input: .scheduleToStart)
            try await test.event(.activityTaskScheduled, in: second)
            test.clock.advance(by: .seconds(6))
            #expect(try await second.result() == "ScheduleToStart -")
            let event = try await test.event(.activityTaskTimedOut, in: second)
            guard case .activityTaskTimedOut(let failed) = event.attributes else { return }
            #expect(failed.startedEventID == 0)
            #expect(failed.retryState == .timeout)
            gate.open()
            #expect(try await first.result() == "scheduleToStart")
        }
    }

    @Test("the last heartbeat's details reach the failure and the next attempt", arguments: StoreKind.allCases)
    func heartbeatTimeoutDetails(kind: StoreKind) async throws {
        let gate = Gate()
        let activity = Does { _, context in
            if context.attempt == 2 { return "resumed at \(try context.heartbeatDetails(as: Int.self) ?? -1)" }
            for progress in 1...3 { context.heartbeat(progress) }
            try await gate.pass()
            return ""
        }
        try await withEngine(on: kind, [Patient.self], [activity]) { test in
            let run = try await test.client.start(Patient.self, id: "t")
            await gate.entered()
            test.clock.advance(by: .seconds(10))
            #expect(try await test.resultSkippingTime(of: run) == "resumed at 3")
            let attempts = try await test.attempts(of: run)
            #expect(attempts.map(\.outcome) == ["timed-out", "completed"])
            #expect(attempts.first?.heartbeatDetails?.text == "3")
            guard case .timeout(.heartbeat, let details) = attempts.first?.failure?.kind else {
                Issue.record("not a heartbeat timeout")
                return
            }
            #expect(details?.text == "3")
        }
    }

    @Test("details noted right before an error reach the next attempt", arguments: StoreKind.allCases)
    func heartbeatBeforeError(kind: StoreKind) async throws {
        let activity = Does { _, context in
            if context.attempt == 2 { return "resumed at \(try context.heartbeatDetails(as: Int.self) ?? -1)" }
            for progress in 1...3 { context.heartbeat(progress) }
            throw ApplicationError("crash", type: "Crash")
        }
        try await withEngine(on: kind, [Patient.self], [activity]) { test in
            let run = try await test.client.start(Patient.self, id: "t")
            #expect(try await test.resultSkippingTime(of: run) == "resumed at 3")
        }
    }

    @Test("an attempt that reports in time goes on past its heartbeat limit")
    func heartbeatKeepsAlive() async throws {
        let gate = Gate()
        let activity = Does { _, context in
            for step in 1...5 {
                context.heartbeat(step)
                try await gate.pass()
            }
            return "attempt \(context.attempt)"
        }
        try await withEngine([Patient.self], [activity]) { test in
            let run = try await test.client.start(Patient.self, id: "t")
            for step in 1...5 {
                await gate.entered(step)
                test.clock.advance(by: .seconds(9))
                gate.letOne()
            }
            #expect(try await run.result() == "attempt 1")
        }
    }

    @Test("schedule-to-close spans the retries: given up as soon as the next attempt could not start in time")
    func acrossRetries() async throws {
        let activity = Does { _, context in throw ApplicationError("attempt \(context.attempt)", type: "Bad") }
        try await withEngine([Hurried.self], [activity]) { test in
            let run = try await test.client.start(Hurried.self, id: "t")
            let start = test.clock.now
            let error = try await ending { try await test.resultSkippingTime(of: run) }
            // Attempts at 0, 2 and 6 s; the fourth would be at 14 s.
            #expect(error.failure?.rootCause.message == "attempt 3")
            #expect(test.clock.now - start == .seconds(6))
            let event = try await test.event(.activityTaskFailed, in: run)
            guard case .activityTaskFailed(let failed) = event.attributes else { return }
            #expect(failed.retryState == .timeout)
        }
    }
}
