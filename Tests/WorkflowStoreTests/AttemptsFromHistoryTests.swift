import Testing
import WorkflowCore
import WorkflowStore

/// A history says all about an activity that completed at its first attempt: only other ends have rows.
@Suite("Attempts that only the history tells of", .timeLimit(.minutes(1)))
struct AttemptsFromHistoryTests {
    private static let events: [(Int64, EventAttributes)] = [
        (0, .activityTaskScheduled(.sample(queue: "default"))),
        (3, .activityTaskStarted(ActivityTaskStarted(scheduledEventID: 2, identity: "me", attempt: 1))),
        (40, .activityTaskCompleted(ActivityTaskCompleted(result: nil, scheduledEventID: 2, startedEventID: 3))),
    ]
    private static let told = AttemptRecord(
        scheduledEventID: 2,
        activityType: "Charge",
        attempt: 1,
        identity: "me",
        startedAt: at(3),
        endedAt: at(40),
        outcome: "completed",
        failure: nil,
        heartbeatDetails: nil,
        nextAttemptAt: nil
    )

    private static func history(_ count: Int) -> [HistoryEvent] {
        events.prefix(count).enumerated().map { index, event in
            HistoryEvent(id: EventID(index + 2), time: at(event.0), attributes: event.1)
        }
    }

    @Test("a history tells of completed attempts only", arguments: [0, 1, 2, 3])
    func completed(events: Int) {
        #expect(AttemptRecord.completed(in: Self.history(events)) == (events == 3 ? [Self.told] : []))
    }

    struct End: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var isCarried = true
        var isInHistory = true
        var result = ActivityOutcome.Result.completed(nil)
        var hasRow: Bool

        var attempt: EndedAttempt {
            let outcome = ActivityOutcome(
                scheduledEventID: 2,
                attempt: 1,
                identity: "me",
                startedTime: at(3),
                result: result
            )
            var ended = EndedAttempt(outcome: outcome, endedAt: at(40))
            ended.isInHistory = isInHistory
            return ended
        }
    }

    private static let ends = [
        End(testDescription: "completed, in the history", hasRow: false),
        End(testDescription: "completed, but no event says so", isInHistory: false, hasRow: true),
        End(testDescription: "completed, of a task with a row", isCarried: false, hasRow: true),
        End(testDescription: "failed", result: .failed(.sample, .timeout), hasRow: true),
        End(testDescription: "cancelled", result: .cancelled(details: nil), hasRow: true),
    ]

    @Test("which ends leave a row, and that all attempts are there", arguments: StoreKind.allCases, ends)
    func rows(kind: StoreKind, end: End) async throws {
        try await kind.withStore { store in
            let queue: TaskQueue = end.isCarried ? "default" : "activities"
            let run = try await store.startWithTask("w", .sample(queue: queue), startedByOwner: true)
            #expect(try await store.task(run).isCarried == end.isCarried)
            var activation = run.activation(at: at(40))
            activation.events = HistoryCoding.encode(end.isInHistory ? Self.history(3) : [])
            activation.nextEventID = 6
            activation.endedAttempts = [end.attempt]
            try await store.expectCommitted(activation)
            #expect(try await store.tasks(of: run.key).isEmpty)
            #expect(try await store.keptAttempts(of: run.key).count == (end.hasRow ? 1 : 0))
            let attempts = try await store.attempts(of: run.key)
            if end.hasRow { #expect(attempts.count == 1) } else { #expect(attempts == [Self.told]) }
        }
    }
}
