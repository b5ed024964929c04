import Testing
import WorkflowCore
import WorkflowStore

@Suite("Store: claiming tasks with their runs")
struct RunsWithTasksTests {
    @Test("who claims a task of a run that nobody owns owns the run", arguments: StoreKind.allCases)
    func taken(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var run = try await store.startWithTask(startedByOwner: true)
            try await store.removeWorker(run.worker, at: at(50))
            let other = try await store.register("other")
            let claimed = try await store.claimWithRuns(other, at: at(50))
            #expect(claimed.tasks.map(\.attempt) == [2])
            let taken = ClaimedRun(reference: run.reference, workflowType: "Order", taskQueue: "default", epoch: 2)
            #expect(claimed.runs == [taken])
            #expect(try await store.claim(other, at: at(99)).isEmpty)

            (run.worker, run.epoch) = (other, 2)
            var activation = run.activation(at: at(60))
            activation.endedAttempts = [EndedAttempt(outcome: Self.completed, endedAt: at(60))]
            try await store.expectCommitted(activation)
            #expect(try await store.tasks(of: run.key).isEmpty)
        }
    }

    private static let completed = ActivityOutcome(
        scheduledEventID: 2,
        attempt: 2,
        identity: "other",
        startedTime: at(50),
        result: .completed(nil)
    )

    @Test("two tasks of one run claim it once", arguments: StoreKind.allCases)
    func once(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask()
            var activation = run.activation(at: at(0))
            activation.newTasks = [
                NewTask(scheduledEventID: 3, scheduled: .sample(), scheduledTime: at(0), startedBy: .nobody)
            ]
            activation.releases = true
            try await store.expectCommitted(activation)
            let claimed = try await store.claimWithRuns(try await store.register("other"), at: at(1))
            #expect(claimed.tasks.count == 2 && claimed.runs.map(\.epoch) == [2])
        }
    }

    enum Reason: CaseIterable { case owned, blocked, otherType, otherQueue, hasFailed }

    @Test("the run stays where it is", arguments: StoreKind.allCases, Reason.allCases)
    func left(kind: StoreKind, reason: Reason) async throws {
        try await kind.withStore { store in
            let run = try await store.startWithTask()
            if reason == .hasFailed {
                _ = try await store.claimActivities(run.worker, at: at(1))
                let task = try await store.task(run)
                let report = AttemptReport(task, worker: run.worker, at: at(2), .retry(.sample, visibleAt: at(2)))
                #expect(try await store.report(report) == .accepted)
            }
            let blocked = reason == .blocked ? BlockedReason(code: "not-deterministic", message: "", time: at(2)) : nil
            if reason != .owned {
                try await store.release(ReleaseRequest(run: run.key, epoch: 1, wakeAt: .never, blocked: blocked))
            }
            let owner = try await store.run(RunTarget("w"))?.owner
            let claimed = try await store.claimWithRuns(
                try await store.register("other"),
                at: at(3),
                runQueue: reason == .otherQueue ? "other" : "default",
                runTypes: reason == .otherType ? ["Payment"] : ["Order"]
            )
            #expect(claimed.tasks.count == 1 && claimed.runs.isEmpty)
            #expect(try await store.run(RunTarget("w"))?.owner == owner)
        }
    }
}
