import ActivityContracts
import MizzoWorkflows
import Testing
import WorkflowEngine
import WorkflowTesting

@Suite("Cover pictures that no track wants", .timeLimit(.minutes(2)))
struct ExpirePosterTests {
    @Test(
        "a picture is looked at once, when its time is over, and removed unless a track has it",
        arguments: [
            (true, ExpirePoster.Outcome.removed, ["AbandonPoster", "RemovePoster"]), (false, .used, ["AbandonPoster"]),
        ]
    )
    func expires(abandons: Bool, outcome: ExpirePoster.Outcome, calls: [String]) async throws {
        var platform = FakePlatform()
        platform.abandons = abandons
        let log = platform.log
        try await TestEnvironment.run(
            configuration: .allQueues,
            workflows: [ExpirePoster.self],
            activities: platform.activities
        ) { test in
            let run = try await test.client.start(
                ExpirePoster.self,
                id: ExpirePoster.id(uploadID: "upload-001"),
                input: ExpirePoster.Input(uploadID: "upload-001", waitSeconds: 100)
            )
            try await test.until { try await run.history().contains { $0.type == .timerStarted } }
            test.clock.advance(by: .seconds(99))
            #expect(log.all.isEmpty)
            test.clock.advance(by: .seconds(1))
            #expect(try await test.resultSkippingTime(of: run) == outcome)
            #expect(log.all == calls)
            try WorkflowReplayer([ExpirePoster.self]).replayEveryPrefix(try await run.history())
        }
    }
}
