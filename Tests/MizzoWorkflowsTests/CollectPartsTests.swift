import MizzoWorkflows
import Testing
import WorkflowEngine
import WorkflowTesting

@Suite("Parts of uploads that nobody joins", .timeLimit(.minutes(2)))
struct CollectPartsTests {
    @Test(
        "are removed when they are given up or their time is over, and left alone when they are joined",
        arguments: [
            (CollectParts.Ending.joined, []), (.discarded, ["DiscardParts"]), (nil, ["DiscardParts"]),
        ] as [(CollectParts.Ending?, [String])]
    )
    func ends(signalled: CollectParts.Ending?, calls: [String]) async throws {
        let platform = FakePlatform()
        try await TestEnvironment.run(
            configuration: .allQueues,
            workflows: [CollectParts.self],
            activities: platform.activities
        ) { test in
            let run = try await test.client.start(
                CollectParts.self,
                id: CollectParts.id(uploadID: "upload-001"),
                input: CollectParts.Input(uploadID: "upload-001", waitSeconds: 100)
            )
            try await test.until { try await run.history().contains { $0.type == .timerStarted } }
            if let signalled {
                try await run.signal(CollectParts.ended, signalled)
                #expect(try await run.result() == signalled)
            } else {
                #expect(try await test.resultSkippingTime(of: run) == .expired)
            }
            #expect(platform.log.all == calls)
            try WorkflowReplayer([CollectParts.self]).replayEveryPrefix(try await run.history())
        }
    }
}
