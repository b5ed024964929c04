import Foundation
import Testing
import WorkflowCore
import WorkflowStore

@Suite("Changes", .timeLimit(.minutes(1)))
struct ChangeTests {
    /// What observers hear of `body`; a run on the queue "end" is started after it to mark its end.
    private func changes(
        _ store: any WorkflowStore,
        _ body: () async throws -> Void
    ) async throws -> [StoreChange] {
        let recorder = ChangeRecorder()
        let observation = store.observe { recorder.record($0) }
        defer { observation.cancel() }
        try await body()
        _ = try await store.start(StartRequest(WorkflowID(UUID().uuidString), queue: "end"))
        return await recorder.changes(upTo: .runnable("end")).filter { $0 != .foreign }.dropLast()
    }

    @Test("starts, messages and claims announce who has work", arguments: StoreKind.allCases)
    func messages(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let key = RunKey(1)
            #expect(try await changes(store) { _ = try await store.start(StartRequest("w")) } == [.runnable("default")])
            #expect(
                try await changes(store) { _ = try await store.signal(SignalRequest("w", "a", requestID: "1")) }
                    == [.inbox(key), .runnable("default")]
            )
            #expect(
                try await changes(store) { _ = try await store.signal(SignalRequest("w", "a", requestID: "1")) } == []
            )
            let worker = try await store.register()
            #expect(try await changes(store) { _ = try await store.claim(worker, at: at(9)) } == [])
            let cancel = CancelRequest(target: RunTarget("w"), cause: "", identity: "", now: at(9))
            #expect(try await changes(store) { _ = try await store.requestCancel(cancel) } == [.inbox(key)])
            #expect(try await changes(store) { _ = try await store.startOwned("x", worker: worker) } == [])
        }
    }

    @Test("an activation announces tasks, revocations, state and its end", arguments: StoreKind.allCases)
    func activations(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var run = try await store.startWithTask(startedByOwner: true)
            var first = run.activation()
            first.cancelledTasks = [2]
            first.published = [("a", Payload(text: "1"))]
            first.newTasks = [
                NewTask(scheduledEventID: 3, scheduled: .sample(), scheduledTime: at(0), startedBy: .nobody)
            ]
            #expect(
                try await changes(store) { try await store.expectCommitted(first) }
                    == [.attemptRevoked(run.key, 2), .task("activities"), .published(run.key)]
            )
            run.next += 1
            var second = run.activation()
            second.cancelledTasks = [2, 3]
            #expect(try await changes(store) { try await store.expectCommitted(second) } == [.inbox(run.key)])
            run.next += 1
            #expect(try await changes(store) { _ = try await store.commit(first) } == [])
            var last = run.activation()
            last.consumedInbox = [1]
            last.closes = .completed
            #expect(
                try await changes(store) { try await store.expectCommitted(last) }
                    == [.attemptRevoked(run.key, 2), .closed(run.key)]
            )
        }
    }

    @Test("reports announce the inbox, the queue and revocations", arguments: StoreKind.allCases)
    func reports(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask("w", .sample(startToClose: .seconds(1)))
            let worker = try await store.register("two")
            let first = try #require(try await store.claimActivities(worker, at: at(0)).first)
            #expect(try await changes(store) { _ = try await store.heartbeat(.of(first, nil, at: at(1))) } == [])
            let timeout = AttemptReport(first, worker: nil, at: at(1000), .retry(.sample, visibleAt: at(1000)))
            #expect(
                try await changes(store) { _ = try await store.report(timeout) }
                    == [.attemptRevoked(run.key, 2), .task("activities")]
            )
            let second = try #require(try await store.claimActivities(worker, at: at(1000)).first)
            let end = AttemptReport(second, worker: worker, at: at(1001), .ended(.completed(nil)))
            #expect(try await changes(store) { _ = try await store.report(end) } == [.inbox(run.key)])
        }
    }

    @Test("losing a run is announced", arguments: StoreKind.allCases)
    func losses(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask(startedByOwner: true)
            _ = try await changes(store) { _ = try await store.signal(SignalRequest("w", "a")) }
            #expect(
                try await changes(store) { try await store.removeWorker(run.worker, at: at(5)) }
                    == [.ownershipLost(run.key, by: run.worker), .runnable("default"), .task("activities")]
            )
            let other = try await store.register("other")
            _ = try await store.claim(other, at: at(9))
            _ = try await store.claimActivities(other, at: at(9))
            let terminate = TerminateRequest(target: RunTarget("w"), reason: "", identity: "", now: at(9))
            #expect(
                try await changes(store) { _ = try await store.terminate(terminate) }
                    == [.attemptRevoked(run.key, 2), .ownershipLost(run.key, by: other), .closed(run.key)]
            )
        }
    }

    @Test("a blocked run is announced when it may be tried again", arguments: StoreKind.allCases)
    func blockedRuns(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let given = try await store.startOwned("given")
            let reason = BlockedReason(code: "c", message: "m", time: at(0))
            let release = ReleaseRequest(run: given.key, epoch: 1, wakeAt: .never, blocked: reason)
            #expect(try await changes(store) { try await store.release(release) } == [])
            #expect(
                try await changes(store) { _ = try await store.retryBlockedRuns(types: ["Order"], at: at(9)) }
                    == [.runnable("default")]
            )
        }
    }

    @Test("a cancelled observation hears nothing more", arguments: StoreKind.allCases)
    func cancellation(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let recorder = ChangeRecorder()
            store.observe { recorder.record($0) }.cancel()
            let heard = try await changes(store) { _ = try await store.start(StartRequest("w")) }
            #expect(heard == [.runnable("default")])
            #expect(recorder.isEmpty)
        }
    }

    @Test("observers hear concurrent commits in one order", arguments: StoreKind.allCases)
    func order(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let recorders = [ChangeRecorder(), ChangeRecorder()]
            let observations = recorders.map { recorder in store.observe { recorder.record($0) } }
            defer { for observation in observations { observation.cancel() } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        _ = try await store.start(StartRequest(WorkflowID("\(index)"), queue: TaskQueue("\(index)")))
                    }
                }
                try await group.waitForAll()
            }
            _ = try await store.start(StartRequest("end", queue: "end"))
            let heard = await recorders[0].changes(upTo: .runnable("end"))
            #expect(await recorders[1].changes(upTo: .runnable("end")) == heard)
            let runs = try await store.runs(RunFilter()).reversed()
            #expect(heard == runs.map { .runnable($0.taskQueue) })
        }
    }
}
