import DurableSQLite
import Foundation
import GRDB
import Logging
import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowStore

@Suite("Taking over from a dead worker", .timeLimit(.minutes(1)))
struct TakeOverTests {
    private static let count = 200

    @Test("its attempts end in one commit")
    func shareCommits() async throws {
        try await Self.takingOver { durable in
            let lost = "SELECT count(*) FROM attempts WHERE outcome = 'worker-lost'"
            try await Self.counts(lost, in: durable)
            // Besides: the worker's registration, and what it claims.
            #expect(durable.counters.commits < 20)
        }
    }

    @Test("who tries its attempts again has their runs: the outcomes go to the code without a message")
    func takesRuns() async throws {
        try await Self.takingOver(workflows: [Echoes.self], activities: [Does.echo]) { durable in
            try await Self.counts("SELECT count(*) FROM runs WHERE status = 2", in: durable)
            let messages = try await durable.read {
                try Int.fetchOne($0, sql: "SELECT sum(last_message_id) FROM runs")
            }
            #expect(messages == 0)
        }
    }

    /// Starts a worker on the database of one that is gone.
    private static func takingOver(
        workflows: [any Workflow.Type] = [],
        activities: [any Activity] = [],
        _ body: (DurableDatabase) async throws -> Void
    ) async throws {
        try await DatabaseFolder.with { folder in
            // Closing gives up the lock that says the worker lives.
            try await folder.opened { try await leaveAttempts(in: $0) }
            var configuration = DurableDatabase.Configuration(path: folder.path + "/workflows.sqlite")
            configuration.logger.logLevel = .critical
            let durable = try DurableDatabase.open(configuration)
            defer { durable.close() }
            let worker = Worker(
                try await WorkflowDatabase.open(durable),
                configuration: .test(),
                workflows: workflows,
                activities: activities,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let working = Task { try await worker.run() }
            try await body(durable)
            working.cancel()
            try await working.value
        }
    }

    /// Returns once the query says ``count``.
    private static func counts(_ sql: String, in durable: DurableDatabase) async throws {
        while try await durable.read({ try Int.fetchOne($0, sql: sql) }) != count, !Task.isCancelled {
            await Task.yield()
        }
    }

    /// Runs of a worker that is gone, each with an attempt under way.
    private static func leaveAttempts(in database: WorkflowDatabase) async throws {
        let (client, store) = (WorkflowClient(database), database.store)
        for number in 0..<count { try await client.start(Echoes.self, id: WorkflowID("e-\(number)")) }
        let worker = try await store.registerWorker(registration)
        let now = Timestamp(milliseconds: .max - 1)
        let claims = try await store.claimRuns(
            ClaimRunsRequest(worker: worker, queues: [.default], types: [Echoes.name], limit: count, now: now)
        )
        try #require(claims.count == count)
        for claim in claims {
            let commit = starting(claim, worker)
            let outcome = try await withCheckedThrowingContinuation { continuation in
                store.commit([PendingCommit(commit) { continuation.resume(with: $0) }])
            }
            try #require(outcome == .committed)
        }
    }

    private static var registration: WorkerRegistration {
        WorkerRegistration(
            identity: "dead",
            processID: 1,
            buildID: "",
            workflowTypes: [Echoes.name],
            activityTypes: [],
            queues: [.default],
            now: .distantPast
        )
    }

    private static let scheduled = ActivityTaskScheduled(
        activityID: "1",
        activityType: Work.name,
        taskQueue: .default,
        startToCloseTimeout: .seconds(60),
        workflowTaskCompletedEventID: 0,
        retryPolicy: RetryPolicy()
    )

    /// The activation that starts the activity.
    private static func starting(_ claim: ClaimedRun, _ worker: WorkerKey) -> ActivationCommit {
        let event = HistoryEvent(id: 2, time: .distantPast, attributes: .activityTaskScheduled(scheduled))
        var activation = ActivationCommit(
            run: claim.reference.key,
            epoch: claim.epoch,
            worker: worker,
            now: .distantPast,
            firstEventID: 2,
            nextEventID: 3,
            events: HistoryCoding.encode([event])
        )
        activation.newTasks = [
            NewTask(scheduledEventID: 2, scheduled: scheduled, scheduledTime: .distantPast, startedBy: worker)
        ]
        return activation
    }
}

private struct Echoes: Workflow {
    func run(_ workflow: WorkflowContext, input: Nothing) async throws -> String {
        try await workflow.execute(Work.self, "x")
    }
}
