import Testing
import WorkflowCore
import WorkflowStore

@Suite("Signals, cancel requests and termination", .timeLimit(.minutes(1)))
struct MessageTests {
    @Test("signals wait in the order of their arrival", arguments: StoreKind.allCases)
    func order(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startOwned()
            for name in ["a", "b", "c"] {
                #expect(try await store.signal(SignalRequest("w", name)) == .accepted(run.reference))
            }
            let inbox = try await store.inbox(of: run.key)
            #expect(inbox.map(\.id) == [1, 2, 3])
            #expect(inbox.map(\.content) == ["a", "b", "c"].map { .signal(WorkflowExecutionSignaled($0)) })
            #expect(try await store.run(RunTarget("w"))?.inboxCount == 3)
        }
    }

    @Test("loading brings whole histories and inboxes, in the order asked for", arguments: StoreKind.allCases)
    func loading(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let (first, second) = (try await store.startOwned("a"), try await store.startOwned("b"))
            #expect(try await store.signal(SignalRequest("a", "s")) == .accepted(first.reference))
            try await store.expectCommitted(second.activation())
            let loaded = try await store.load([second.key, first.key]).map { try $0.get() }
            #expect(loaded.map(\.history.count) == [2, 1])
            #expect(loaded.map(\.inbox.count) == [0, 1])
            #expect(try await loaded[0].history == store.history(of: second.key, from: 1))
        }
    }

    @Test("a request id is accepted once, after consumption and after the close too", arguments: StoreKind.allCases)
    func duplicates(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var run = try await store.startOwned()
            let request = SignalRequest("w", "a", requestID: "s1")
            #expect(try await store.signal(request) == .accepted(run.reference))
            #expect(try await store.signal(request) == .duplicate(run.reference))
            var activation = run.activation()
            activation.consumedInbox = try await store.inbox(of: run.key).map(\.id)
            try await store.expectCommitted(activation)
            run.next += 1
            #expect(try await store.signal(request) == .duplicate(run.reference))
            #expect(try await store.inbox(of: run.key).isEmpty)
            try await store.close(run, as: .completed)
            #expect(try await store.signal(request) == .duplicate(run.reference))
            #expect(
                try await store.signal(SignalRequest("w", "a", requestID: "s2")) == .closed(run.reference, .completed)
            )
        }
    }

    @Test("signals without a request id are never taken for duplicates", arguments: StoreKind.allCases)
    func noRequestID(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startOwned()
            for _ in 0..<2 { #expect(try await store.signal(SignalRequest("w", "a")) == .accepted(run.reference)) }
        }
    }

    @Test("a signal goes to the named run or the latest", arguments: StoreKind.allCases)
    func targets(kind: StoreKind) async throws {
        try await kind.withStore { store in
            #expect(try await store.signal(SignalRequest("w", "a")) == .notFound)
            let first = try await store.startOwned()
            try await store.close(first, as: .failed)
            _ = try await store.start(StartRequest("w", runID: "second"))
            let second = try #require(try await store.run(RunTarget("w"))).reference
            #expect(try await store.signal(SignalRequest("w", "a")) == .accepted(second))
            #expect(
                try await store.signal(SignalRequest("w", "a", runID: first.reference.runID))
                    == .closed(first.reference, .failed)
            )
            #expect(try await store.signal(SignalRequest("w", "a", runID: RunID("none"))) == .notFound)
        }
    }

    @Test("a message makes a run nobody owns due, and never later than it was", arguments: StoreKind.allCases)
    func wakes(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startOwned()
            try await store.release(ReleaseRequest(run: run.key, epoch: 1, wakeAt: at(1000)))
            _ = try await store.signal(SignalRequest("w", "a", at: at(50)))
            #expect(try await store.run(RunTarget("w"))?.wakeAt == at(50))
            _ = try await store.signal(SignalRequest("w", "a", at: at(70)))
            #expect(try await store.run(RunTarget("w"))?.wakeAt == at(50))
        }
    }

    @Test("signal-with-start signals the open run or starts one", arguments: StoreKind.allCases)
    func signalWithStart(kind: StoreKind) async throws {
        try await kind.withStore { store in
            func request(_ name: String, _ start: StartRequest) -> SignalWithStartRequest {
                SignalWithStartRequest(start: start, signal: WorkflowExecutionSignaled(name, requestID: name))
            }
            let first = request("a", StartRequest("w", runID: "1", requestID: "r1"))
            guard case .started(let run) = try await store.signalWithStart(first) else {
                Issue.record("expected a new run")
                return
            }
            #expect(try await store.signalWithStart(first) == .existing(run))
            #expect(try await store.signalWithStart(request("b", StartRequest("w", runID: "2"))) == .existing(run))
            #expect(try await store.inbox(of: run.key).count == 2)

            _ = try await store.terminate(
                TerminateRequest(target: RunTarget("w"), reason: "", identity: "", now: at(1))
            )
            #expect(try await store.signalWithStart(first) == .existing(run))
            #expect(
                try await store.signalWithStart(request("c", StartRequest("w", runID: "3", reuse: .rejectDuplicate)))
                    == .refused(run, .terminated)
            )
            #expect(try await store.countRuns(RunFilter()) == [.terminated: 1])
            let next = try await store.signalWithStart(request("c", StartRequest("w", runID: "3")))
            let latest = try #require(try await store.run(RunTarget("w")))
            #expect(next == .started(latest.reference) && latest.inboxCount == 1)
        }
    }

    @Test("a cancel request arrives once; on a closed run it has no effect", arguments: StoreKind.allCases)
    func cancel(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let request = CancelRequest(target: RunTarget("w"), cause: "why", identity: "op", now: at(3))
            #expect(try await store.requestCancel(request) == .notFound)
            let run = try await store.startOwned()
            #expect(try await store.requestCancel(request) == .accepted(run.reference))
            #expect(try await store.requestCancel(request) == .noEffect(run.reference, .running))
            #expect(
                try await store.inbox(of: run.key) == [
                    InboxMessage(id: 1, time: at(3), content: .cancelRequested(cause: "why", identity: "op"))
                ]
            )
            #expect(try await store.run(RunTarget("w"))?.cancelRequested == true)
            var activation = run.activation()
            activation.consumedInbox = [1]
            activation.closes = .cancelled
            try await store.expectCommitted(activation)
            #expect(try await store.requestCancel(request) == .noEffect(run.reference, .cancelled))
        }
    }

    @Test("terminate ends a run at once and keeps what happened", arguments: StoreKind.allCases)
    func terminate(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let request = TerminateRequest(target: RunTarget("w"), reason: "why", identity: "op", now: at(30))
            #expect(try await store.terminate(request) == .notFound)
            var run = try await store.startWithTask(startedByOwner: true)
            var activation = run.activation()
            activation.newTimers = [TimerRecord(startedEventID: 3, fireTime: at(99))]
            activation.published = [("status", Payload(text: "busy"))]
            activation.newTasks = [
                NewTask(scheduledEventID: 9, scheduled: .sample(), scheduledTime: at(10), startedBy: .nobody)
            ]
            try await store.expectCommitted(activation)
            run.next += 1
            _ = try await store.signal(SignalRequest("w", "a"))

            #expect(try await store.terminate(request) == .accepted(run.reference))
            let record = try #require(try await store.run(RunTarget("w")))
            #expect(record.status == .terminated && record.epoch == 2 && record.owner == .nobody)
            #expect(record.wakeAt == .never && record.closeTime == at(30) && record.inboxCount == 0)
            let last = try #require(try await store.history(of: run.key, from: run.next).last)
            #expect(
                try HistoryCoding.decode(last.events) == [
                    HistoryEvent(
                        id: run.next,
                        time: at(30),
                        attributes: .workflowExecutionTerminated(reason: "why", identity: "op")
                    )
                ]
            )
            #expect(try await store.tasks(of: run.key).isEmpty)
            #expect(try await store.timers(of: run.key).isEmpty)
            let attempts = try await store.attempts(of: run.key)
            #expect(attempts.map(\.outcome) == ["abandoned", "abandoned"] && attempts.map(\.attempt) == [1, 0])
            #expect(try await store.published(of: run.key) == ["status": Payload(text: "busy")])
            #expect(try await store.commit(run.activation()) == .ownershipLost)
            #expect(try await store.terminate(request) == .noEffect(run.reference, .terminated))
        }
    }
}
