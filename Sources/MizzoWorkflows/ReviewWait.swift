import ActivityContracts
import WorkflowEngine

extension WorkflowContext {
    /// Waits for an admin's decision, however long that takes, and reminds the admins meanwhile.
    func decision(
        _ signal: Signal<ReviewDecision>,
        about review: ReviewReference,
        _ timing: ReviewTiming
    ) async throws -> ReviewDecision {
        for pause in timing.pauses {
            if let decision = try await next(signal, timeout: .seconds(pause.seconds)) { return decision }
            try await execute(RemindReviewers.self, .init(review: review, reminder: pause.reminder))
        }
        return try await next(signal)
    }
}

extension ReviewTiming {
    /// A wait that ends in a reminder, or in the escalation when `reminder` is `nil`.
    struct Pause: Hashable {
        var seconds: Int
        var reminder: Int?
    }

    /// Bounds the history of a review that nobody ever decides.
    static let remindersMax = 30

    /// Reminders at equal distances, then the escalation.
    var pauses: [Pause] {
        let end = escalationSeconds > 0 ? escalationSeconds : Int.max
        var pauses: [Pause] = []
        var elapsed = 0
        while reminderSeconds > 0, elapsed < end - reminderSeconds, pauses.count < Self.remindersMax {
            elapsed += reminderSeconds
            pauses.append(Pause(seconds: reminderSeconds, reminder: pauses.count + 1))
        }
        if escalationSeconds > 0 { pauses.append(Pause(seconds: escalationSeconds - elapsed, reminder: nil)) }
        return pauses
    }
}
