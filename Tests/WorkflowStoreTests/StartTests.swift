import Testing
import WorkflowCore
import WorkflowStore

@Suite("Starting runs", .timeLimit(.minutes(1)))
struct StartTests {
    @Test("a new run has its start as history and is due at once", arguments: StoreKind.allCases)
    func newRun(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let request = StartRequest("w", at: at(5))
            let outcome = try await store.start(request)
            let run = try #require(try await store.run(RunTarget("w")))
            #expect(outcome == .started(run.reference))
            #expect(run.status == .running && run.owner == .nobody && run.epoch == 0)
            #expect(run.wakeAt == at(5) && run.startTime == at(5) && run.nextEventID == 2)
            let batches = try await store.history(of: run.reference.key, from: 1)
            let events = try batches.flatMap { try HistoryCoding.decode($0.events) }
            #expect(
                events == [HistoryEvent(id: 1, time: at(5), attributes: .workflowExecutionStarted(request.started))]
            )
            #expect(batches.reduce(0) { $0 + $1.events.count } == run.historyBytes)
            #expect(try await store.inbox(of: run.reference.key).isEmpty)
        }
    }

    @Test("a run started for a worker that has signed off belongs to nobody", arguments: StoreKind.allCases)
    func startedForGoneWorker(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let gone = try await store.register("gone")
            try await store.removeWorker(gone, at: at(0))
            _ = try await store.start(StartRequest("w", runID: "r", owner: gone))
            let record = try #require(try await store.run(RunTarget("w")))
            #expect(record.owner == .nobody && record.epoch == 0)
            #expect(try await store.claim(try await store.register("next"), at: at(1)).count == 1)
        }
    }

    @Test("a run started by its owner is owned with epoch 1 and cannot be claimed", arguments: StoreKind.allCases)
    func ownedRun(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startOwned()
            let record = try #require(try await store.run(RunTarget("w")))
            #expect(record.owner == run.worker && record.epoch == 1)
            #expect(try await store.claim(try await store.register("other"), at: at(100)).isEmpty)
        }
    }

    static let closed: [RunStatus] = [.completed, .failed, .cancelled, .terminated, .timedOut]
    static let reusePolicies: [WorkflowIDReusePolicy] = [
        .allowDuplicate, .allowDuplicateFailedOnly, .rejectDuplicate,
    ]

    @Test("the reuse policy decides after a closed run", arguments: StoreKind.allCases, reusePolicies)
    func reuse(kind: StoreKind, policy: WorkflowIDReusePolicy) async throws {
        for status in Self.closed {
            try await kind.withStore { store in
                let run = try await store.startOwned()
                try await store.close(run, as: status)
                let isAllowed =
                    switch policy {
                    case .allowDuplicate: true
                    case .allowDuplicateFailedOnly: status != .completed
                    case .rejectDuplicate: false
                    }
                let outcome = try await store.start(StartRequest("w", runID: "second", reuse: policy))
                if isAllowed {
                    let second = try #require(try await store.run(RunTarget("w")))
                    #expect(outcome == .started(second.reference))
                    #expect(second.reference.runID == RunID("second"))
                } else {
                    #expect(outcome == .refused(run.reference, status))
                }
            }
        }
    }

    @Test("the conflict policy decides while a run is open", arguments: StoreKind.allCases)
    func conflict(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let first = try await store.startOwned()
            #expect(
                try await store.start(StartRequest("w", runID: "2", reuse: .rejectDuplicate))
                    == .refused(first.reference, .running)
            )
            #expect(
                try await store.start(StartRequest("w", runID: "2", conflict: .useExisting))
                    == .existing(first.reference)
            )
            let before = try await store.countRuns(RunFilter())
            #expect(before == [.running: 1])

            let outcome = try await store.start(StartRequest("w", runID: "2", conflict: .terminateExisting, at: at(9)))
            let second = try #require(try await store.run(RunTarget("w")))
            #expect(outcome == .started(second.reference) && second.reference.runID == RunID("2"))
            let old = try #require(try await store.run(RunTarget("w", runID: first.reference.runID)))
            #expect(old.status == .terminated && old.closeTime == at(9) && old.epoch == 2)
            #expect(try await store.commit(first.activation()) == .ownershipLost)
        }
    }

    @Test("a request id always names the run it started", arguments: StoreKind.allCases)
    func requestID(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let request = StartRequest("w", conflict: .terminateExisting, requestID: "r1")
            guard case .started(let first) = try await store.start(request) else {
                Issue.record("expected a new run")
                return
            }
            #expect(try await store.start(request) == .existing(first))
            _ = try await store.terminate(
                TerminateRequest(target: RunTarget("w"), reason: "", identity: "", now: at(1))
            )
            #expect(try await store.start(request) == .existing(first))
            _ = try await store.start(StartRequest("w", runID: "2", requestID: "r2"))
            #expect(try await store.start(request) == .existing(first))
            #expect(try await store.countRuns(RunFilter()) == [.running: 1, .terminated: 1])
            // Another workflow id may use the same request id.
            let other = try await store.start(StartRequest("other", requestID: "r1"))
            #expect(other == .started(try #require(try await store.run(RunTarget("other"))).reference))
        }
    }

    @Test("fifty starts at once make one run", arguments: StoreKind.allCases)
    func concurrentStarts(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let outcomes = try await withThrowingTaskGroup(of: StartOutcome.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        try await store.start(StartRequest("w", runID: "run-\(index)", conflict: .useExisting))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let run = try #require(try await store.run(RunTarget("w"))).reference
            #expect(outcomes.count { $0 == .started(run) } == 1)
            #expect(outcomes.count { $0 == .existing(run) } == 49)
        }
    }

    @Test("run keys grow and are never used twice", arguments: StoreKind.allCases)
    func monotonicKeys(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var keys: [RunKey] = []
            for index in 0..<5 {
                _ = try await store.start(StartRequest("w", runID: "\(index)", conflict: .terminateExisting))
                keys.append(try #require(try await store.run(RunTarget("w"))).reference.key)
            }
            #expect(keys == keys.sorted() && Set(keys).count == 5)
        }
    }
}

extension WorkflowStore {
    /// Closes an owned run, by its owner or, for `terminated`, from outside.
    func close(_ run: OwnedRun, as status: RunStatus, at now: Timestamp = at(20)) async throws {
        if status == .terminated {
            let target = RunTarget(run.reference.workflowID)
            _ = try await terminate(TerminateRequest(target: target, reason: "r", identity: "op", now: now))
            return
        }
        var activation = run.activation(at: now)
        activation.closes = status
        try await expectCommitted(activation)
    }
}
