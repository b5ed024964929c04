import Synchronization
import Testing
import WorkflowCore
import WorkflowStore

@Suite("Appending activations", .timeLimit(.minutes(1)))
struct CommitTests {
    @Test("an activation becomes durable as a whole", arguments: StoreKind.allCases)
    func wholeActivation(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startOwned()
            _ = try await store.signal(SignalRequest("w", "a"))
            _ = try await store.signal(SignalRequest("w", "b"))
            var activation = run.activation(3, at: at(10))
            activation.consumedInbox = [1]
            activation.newTimers = [TimerRecord(startedEventID: 4, fireTime: at(500))]
            activation.newTasks = [
                NewTask(scheduledEventID: 3, scheduled: .sample(), scheduledTime: at(10), startedBy: .nobody)
            ]
            activation.published = [("a", Payload(text: "1")), ("b", Payload(text: "2"))]
            activation.waits = [RunWait(kind: "timer", name: "1 s", eventID: 4, location: "Order.swift:12")]
            activation.wakeAt = at(500)
            #expect(try await store.commit(activation) == .committed)

            let record = try #require(try await store.run(RunTarget("w")))
            #expect(record.nextEventID == 5 && record.wakeAt == at(500) && record.waits == activation.waits)
            let batches = try await store.history(of: run.key, from: 2)
            #expect(batches == [HistoryBatch(firstEventID: 2, events: activation.events)])
            #expect(try await store.inbox(of: run.key).map(\.id) == [2])
            #expect(try await store.timers(of: run.key) == activation.newTimers)
            #expect(try await store.tasks(of: run.key).map(\.scheduledEventID) == [3])
            #expect(
                try await store.published(of: run.key) == ["a": Payload(text: "1"), "b": Payload(text: "2")]
            )
        }
    }

    @Test("timers can be removed and published values replaced", arguments: StoreKind.allCases)
    func laterActivation(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var run = try await store.startOwned()
            var first = run.activation()
            first.newTimers = [2, 3].map { TimerRecord(startedEventID: $0, fireTime: at(100)) }
            first.published = [("a", Payload(text: "1"))]
            try await store.expectCommitted(first)
            run.next = 3
            var second = run.activation()
            second.removedTimers = [2]
            second.published = [("a", Payload(text: "2"))]
            try await store.expectCommitted(second)
            #expect(try await store.timers(of: run.key).map(\.startedEventID) == [3])
            #expect(try await store.published(of: run.key) == ["a": Payload(text: "2")])
        }
    }

    @Test("history is read from the batch that holds an event", arguments: StoreKind.allCases)
    func historyFrom(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var run = try await store.startOwned()
            for count in [3, 2] as [Int64] {
                try await store.expectCommitted(run.activation(count))
                run.next += count
            }
            for (event, first) in [(0, 1), (1, 1), (2, 2), (4, 2), (5, 5), (6, 5), (99, 5)] as [(EventID, EventID)] {
                let batches = try await store.history(of: run.key, from: event)
                #expect(batches.first?.firstEventID == first, "from event \(event)")
            }
        }
    }

    @Test("a stale owner changes nothing", arguments: StoreKind.allCases)
    func fencing(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let stale = try await store.startWithTask(startedByOwner: true)
            let task = try await store.task(stale)
            let other = try await store.register("other")
            _ = try await store.signal(SignalRequest("w", "a"))
            try await store.removeWorker(stale.worker, at: at(20))
            let claimed = try await store.claim(other, at: at(20))
            #expect(claimed.map(\.epoch) == [2])
            let before = try await StoreDump(store)

            var activation = stale.activation()
            activation.consumedInbox = [1]
            activation.published = [("a", Payload(text: "1"))]
            #expect(try await store.commit(activation) == .ownershipLost)
            activation.worker = other
            #expect(try await store.commit(activation) == .ownershipLost)
            activation.epoch = 2
            activation.worker = stale.worker
            #expect(try await store.commit(activation) == .ownershipLost)
            try await store.release(ReleaseRequest(run: stale.key, epoch: 1, wakeAt: at(1)))
            let reports: [AttemptReport] = [
                AttemptReport(task, worker: other, at: at(30), .ended(.completed(nil))),
                AttemptReport(task, worker: nil, at: at(19), .ended(.completed(nil))),
            ]
            for report in reports { #expect(try await store.report(report) == .stale) }
            #expect(try await StoreDump(store).difference(to: before) == nil)
        }
    }

    @Test("nobody cannot commit to a run nobody owns", arguments: StoreKind.allCases)
    func nobody(kind: StoreKind) async throws {
        try await kind.withStore { store in
            _ = try await store.start(StartRequest("w"))
            let reference = try #require(try await store.run(RunTarget("w"))).reference
            let run = OwnedRun(reference: reference, worker: .nobody, epoch: 0)
            #expect(try await store.commit(run.activation()) == .ownershipLost)
            let unknown = RunReference(key: RunKey(99), workflowID: "x", runID: RunID("x"))
            let nothing = OwnedRun(reference: unknown, worker: WorkerKey(1))
            #expect(try await store.commit(nothing.activation()) == .ownershipLost)
        }
    }

    @Test("a refused activation changes nothing and says why", arguments: StoreKind.allCases)
    func refusals(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask(startedByOwner: true)
            _ = try await store.signal(SignalRequest("w", "a"))
            let before = try await StoreDump(store)

            var moved = run
            moved.next = 2
            #expect(try await store.commit(moved.activation()) == .historyMoved)
            moved.next = 9
            #expect(try await store.commit(moved.activation()) == .historyMoved)

            var stale = run.activation()
            for (event, attempt) in [(2, 2), (7, 1)] as [(EventID, Int)] {
                stale.endedAttempts = [.completed(event, attempt: attempt)]
                #expect(try await store.commit(stale) == .staleAttempt)
            }
            stale.endedAttempts = [.completed(2), .completed(2)]
            #expect(try await store.commit(stale) == .staleAttempt)

            var closing = run.activation()
            closing.closes = .completed
            #expect(try await store.commit(closing) == .unreadInbox)
            closing.consumedInbox = [2]
            #expect(try await store.commit(closing) == .unreadInbox)
            #expect(try await StoreDump(store).difference(to: before) == nil)
        }
    }

    @Test("an attempt that ended here is consumed and kept as an attempt", arguments: StoreKind.allCases)
    func endedAttempt(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask(startedByOwner: true)
            var activation = run.activation(at: at(40))
            activation.endedAttempts = [.completed(2)]
            #expect(try await store.commit(activation) == .committed)
            #expect(try await store.tasks(of: run.key).isEmpty)
            #expect(try await store.inbox(of: run.key).isEmpty)
            #expect(
                try await store.attempts(of: run.key) == [
                    AttemptRecord(
                        scheduledEventID: 2,
                        activityType: "Charge",
                        attempt: 1,
                        identity: "worker",
                        startedAt: at(0),
                        endedAt: at(40),
                        outcome: "completed",
                        failure: nil,
                        heartbeatDetails: nil,
                        nextAttemptAt: nil
                    )
                ]
            )
        }
    }

    @Test(
        "a completion is never called within the call, so the caller may hold its lock",
        arguments: StoreKind.allCases
    )
    func completion(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startOwned()
            let outcome = try await withCheckedThrowingContinuation { continuation in
                let lock = NonRecursiveLock()
                lock.withLock {
                    let pending = PendingCommit(run.activation()) { result in
                        lock.withLock { continuation.resume(with: result) }
                    }
                    store.commit([pending])
                }
            }
            #expect(outcome == .committed)
        }
    }

    @Test("a close removes what the run still had and ends its attempts", arguments: StoreKind.allCases)
    func close(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask(startedByOwner: true)
            var activation = run.activation(at: at(40))
            activation.newTimers = [TimerRecord(startedEventID: 3, fireTime: at(99))]
            activation.waits = [RunWait(kind: "timer", name: "x", location: "y")]
            activation.closes = .failed
            #expect(try await store.commit(activation) == .committed)
            let record = try #require(try await store.run(RunTarget("w")))
            #expect(record.status == .failed && record.closeTime == at(40) && record.owner == .nobody)
            #expect(record.waits.isEmpty && record.wakeAt == .never)
            #expect(try await store.tasks(of: run.key).isEmpty)
            #expect(try await store.timers(of: run.key).isEmpty)
            #expect(try await store.attempts(of: run.key).map(\.outcome) == ["abandoned"])
        }
    }
}

extension EndedAttempt {
    /// Attempt `attempt` of an activity, completed by "worker" at `at(40)`.
    static func completed(_ event: EventID, attempt: Int = 1) -> EndedAttempt {
        EndedAttempt(
            outcome: ActivityOutcome(
                scheduledEventID: event,
                attempt: attempt,
                identity: "worker",
                startedTime: at(0),
                result: .completed(nil)
            ),
            endedAt: at(40)
        )
    }
}

/// A lock whose holder would wait for itself forever.
private final class NonRecursiveLock: Sendable {
    private let mutex = Mutex(())

    func withLock(_ body: () -> Void) { mutex.withLock { _ in body() } }
}
