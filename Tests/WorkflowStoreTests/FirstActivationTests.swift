import Testing
import WorkflowCore
import WorkflowStore

@Suite("Starting a run with its first activation", .timeLimit(.minutes(1)))
struct FirstActivationTests {
    /// What a worker commits that has run the code of a run nobody knows yet: one activity here, one for others, a timer.
    private func activation(_ worker: WorkerKey, closes: RunStatus? = nil) -> ActivationCommit {
        let events = (2..<6).map { HistoryEvent(id: $0, time: at(1), attributes: .workflowTaskScheduled) }
        var activation = ActivationCommit(
            run: RunKey(-1),
            epoch: 1,
            worker: worker,
            now: at(1),
            firstEventID: 2,
            nextEventID: 6,
            events: HistoryCoding.encode(events)
        )
        activation.wakeAt = at(70)
        activation.closes = closes
        guard closes == nil else { return activation }
        activation.waits = [RunWait(kind: "timer", name: "1 s", eventID: 5, location: "Order.swift:12")]
        activation.newTimers = [TimerRecord(startedEventID: 5, fireTime: at(70))]
        activation.published = [("stage", Payload(text: "1"))]
        activation.newTasks = [
            NewTask(scheduledEventID: 3, scheduled: .sample(queue: "default"), scheduledTime: at(1), startedBy: worker),
            NewTask(scheduledEventID: 4, scheduled: .sample(), scheduledTime: at(1), startedBy: .nobody),
        ]
        return activation
    }

    @Test("both are there at once, and the run goes on", arguments: StoreKind.allCases)
    func together(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let worker = try await store.register()
            let request = StartRequest("w", at: at(1), owner: worker)
            let outcome = try await store.commit(activation(worker), starting: request)
            let run = try #require(try await store.run(RunTarget("w")))
            #expect(outcome == .started(run.reference))
            #expect(run.owner == worker && run.epoch == 1 && run.nextEventID == 6 && run.wakeAt == at(70))
            #expect(run.waits.map(\.eventID) == [5])
            let batches = try await store.history(of: run.reference.key, from: 1)
            #expect(run.historyBytes == batches.map(\.events.count).reduce(0, +))
            #expect(try batches.flatMap { try HistoryCoding.decode($0.events) }.map(\.id) == [1, 2, 3, 4, 5])
            #expect(try await store.tasks(of: run.reference.key).map(\.worker) == [worker, .nobody])
            #expect(try await store.timers(of: run.reference.key).map(\.fireTime) == [at(70)])
            #expect(try await store.published(of: run.reference.key) == ["stage": Payload(text: "1")])
            let owned = OwnedRun(reference: run.reference, worker: worker, next: 6)
            try await store.expectCommitted(owned.activation())
        }
    }

    @Test("a run that its first activation closes is closed", arguments: StoreKind.allCases)
    func closing(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let worker = try await store.register()
            let request = StartRequest("w", at: at(1), owner: worker)
            _ = try await store.commit(activation(worker, closes: .completed), starting: request)
            let run = try #require(try await store.run(RunTarget("w")))
            #expect(run.status == .completed && run.nextEventID == 6 && run.owner == .nobody)
            let batches = try await store.history(of: run.reference.key, from: 1)
            #expect(run.historyBytes == batches.map(\.events.count).reduce(0, +))
            #expect(try batches.flatMap { try HistoryCoding.decode($0.events) }.map(\.id) == [1, 2, 3, 4, 5])
        }
    }

    @Test("a start that is refused keeps nothing of the activation", arguments: StoreKind.allCases)
    func refused(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let open = try await store.startOwned("w")
            let before = try await StoreDump(store)
            let request = StartRequest("w", runID: "second", at: at(1), owner: open.worker)
            let outcome = try await store.commit(activation(open.worker), starting: request)
            #expect(outcome == .notStarted(.refused(open.reference, .running)))
            #expect(try await StoreDump(store).difference(to: before) == nil)
        }
    }

    @Test("with a worker that has signed off the run waits for another", arguments: StoreKind.allCases)
    func withoutItsWorker(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let gone = try await store.register("gone")
            try await store.removeWorker(gone, at: at(0))
            let outcome = try await store.commit(
                activation(gone),
                starting: StartRequest("w", at: at(1), owner: gone)
            )
            let run = try #require(try await store.run(RunTarget("w")))
            #expect(outcome == .notStarted(.started(run.reference)))
            #expect(run.nextEventID == 2 && run.owner == .nobody)
            #expect(try await store.tasks(of: run.reference.key).isEmpty)
            let worker = try await store.register()
            #expect(try await store.claim(worker, at: at(9)).map(\.reference) == [run.reference])
        }
    }
}
