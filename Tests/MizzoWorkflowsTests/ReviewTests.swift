import ActivityContracts
import MizzoWorkflows
import Testing
import WorkflowEngine
import WorkflowTesting

@Suite("Reviews and their reminders", .timeLimit(.minutes(2)))
struct ReviewTests {
    private static let approval = ReviewDecision(approved: true, reason: nil, administrator: "ada")

    /// Starts a playlist's review, lets every pause pass before the decision, and returns what admins were told.
    private func reminders(_ timing: ReviewTiming, pauses: [Int], thenDecidingAfter rest: Int) async throws -> [String]
    {
        let platform = FakePlatform()
        let log = platform.log
        return try await TestEnvironment.run(
            configuration: .allQueues,
            workflows: [ReviewPlaylist.self],
            activities: platform.activities
        ) { test in
            let review = ReviewReference(kind: .playlist, id: "playlist-1", round: 2)
            let input = ReviewInput(review: review, timing: timing)
            let run = try await test.client.start(ReviewPlaylist.self, id: ReviewPlaylist.id(review), input: input)
            for (index, pause) in pauses.enumerated() {
                try await test.until { try await run.history().count { $0.type == .timerStarted } > index }
                test.clock.advance(by: .seconds(pause))
                try await test.until { log.all.count { $0 == "RemindReviewers" } > index }
            }
            test.clock.advance(by: .seconds(rest))
            try await run.signal(ReviewPlaylist.review, Self.approval)
            #expect(try await test.resultSkippingTime(of: run) == Self.approval)
            try WorkflowReplayer([ReviewPlaylist.self]).replayEveryPrefix(try await run.history())
            #expect(log.all.suffix(2) == ["ApplyDecision", "playlist approved"])
            return log.all.dropLast(2).filter { $0 != "RemindReviewers" }
        }
    }

    @Test(
        "admins are reminded at equal distances, then once more when the review is overdue",
        arguments: [
            (10, 35, [], 9, []), (10, 35, [10], 9, ["reminder 1"]),
            (10, 35, [10, 10, 10], 4, ["reminder 1", "reminder 2", "reminder 3"]),
            (10, 35, [10, 10, 10, 5], 500, ["reminder 1", "reminder 2", "reminder 3", "escalation"]),
            (0, 35, [35], 100, ["escalation"]), (10, 10, [10], 100, ["escalation"]), (0, 0, [], 100, []),
            (40, 35, [35], 100, ["escalation"]),
        ]
    )
    func distances(every: Int, overdueAfter: Int, pauses: [Int], rest: Int, expected: [String]) async throws {
        let timing = ReviewTiming(reminderSeconds: every, escalationSeconds: overdueAfter)
        #expect(try await reminders(timing, pauses: pauses, thenDecidingAfter: rest) == expected)
    }

    @Test("a review that nobody ever decides has a bounded number of reminders")
    func bounded() async throws {
        let timing = ReviewTiming(reminderSeconds: 1, escalationSeconds: 0)
        let told = try await reminders(timing, pauses: Array(repeating: 1, count: 30), thenDecidingAfter: 1000)
        #expect(told == (1...30).map { "reminder \($0)" })
    }

    @Test("an application is decided by the first verdict, and rounds of one playlist have runs of their own")
    func application() async throws {
        let platform = FakePlatform()
        let review = ReviewReference(kind: .application, id: "application-1")
        try await TestEnvironment.run(
            configuration: .allQueues,
            workflows: [ReviewApplication.self],
            activities: platform.activities
        ) { test in
            let id = ReviewApplication.id(review)
            let run = try await test.client.start(ReviewApplication.self, id: id, input: ReviewInput(review: review))
            try await run.signal(ReviewApplication.review, Self.approval)
            #expect(try await test.resultSkippingTime(of: run).approved)
        }
        #expect(platform.log.all == ["ApplyDecision", "artist-application approved"])
        let rounds = [1, 2].map { ReviewPlaylist.id(ReviewReference(kind: .playlist, id: "playlist-1", round: $0)) }
        #expect(Set(rounds).count == 2)
    }
}
