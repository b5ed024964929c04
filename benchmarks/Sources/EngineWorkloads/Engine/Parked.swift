import Synchronization
import WorkflowEngine

/// Counts, beside all histories, how often code came to a point. The one thing a workflow here does that a real one must
/// not: it is how a benchmark learns of a run's progress without touching the database.
final class Tally: Sendable {
    private let value = Atomic(0)

    var count: Int { value.load(ordering: .relaxed) }
    func add() { value.add(1, ordering: .relaxed) }

    /// Returns once `count` is reached.
    func reaches(_ count: Int) async throws {
        while self.count < count { try await Task.sleep(for: .milliseconds(1)) }
    }
}

/// What a parked run waits for.
let wakeUp = Signal<Int>("wake-up")

/// Takes one step, so that it has a history, then waits for a signal.
struct Parked: Workflow {
    static let name = "Parked"
    static let reached = Tally()
    func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
        let number = try await workflow.execute(NextNumber.self, input)
        Self.reached.add()
        return try await workflow.next(wakeUp) + number
    }
}

/// A parked run of another type.
struct ParkedElsewhere: Workflow {
    static let name = "ParkedElsewhere"
    func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
        try await Parked().run(workflow, input: input)
    }
}

/// Waits for a signal and does nothing else: the least a parked run can be.
struct Waiting: Workflow {
    static let name = "Waiting"
    static let reached = Tally()
    func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
        Self.reached.add()
        return try await workflow.next(wakeUp)
    }
}
