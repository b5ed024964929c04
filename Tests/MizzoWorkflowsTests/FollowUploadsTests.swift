import ActivityContracts
import MizzoWorkflows
import Testing
import WorkflowEngine
import WorkflowTesting

/// Ends at once with one upload more, and stays from the third time on.
private struct TakesOne: Activity {
    typealias Contract = TakeUploads

    let log: CallLog

    func execute(_ input: TakeUploads.Counts, context: ActivityContext) async throws -> TakeUploads.Counts {
        log.add("\(input.accepted)")
        guard input.accepted < 2 else {
            await context.waitForWorkerShutdown()
            throw CancellationError()
        }
        return TakeUploads.Counts(accepted: input.accepted + 1)
    }
}

@Suite("Following uploads", .timeLimit(.minutes(2)))
struct FollowUploadsTests {
    @Test("one activity follows another with the numbers so far, six events each, until the run is cancelled")
    func turns() async throws {
        let log = CallLog()
        try await TestEnvironment.run(
            configuration: .allQueues,
            workflows: [FollowUploads.self],
            activities: [TakesOne(log: log)]
        ) { test in
            let run = try await test.client.start(FollowUploads.self, id: FollowUploads.id)
            try await test.until { log.all.count == 3 }
            let starts = try await run.history().filter { $0.type == .activityTaskScheduled }.map(\.id)
            #expect(zip(starts.dropFirst(), starts).map { $0 - $1 } == [6, 6])
            #expect(log.all == ["0", "1", "2"])

            try await run.cancel()
            let end = await #expect(throws: WorkflowEndedError.self) { try await run.result() }
            #expect(end?.status == .cancelled)
            try WorkflowReplayer([FollowUploads.self]).replayEveryPrefix(try await run.history())
        }
    }
}
