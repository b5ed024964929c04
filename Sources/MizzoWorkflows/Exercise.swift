import ActivityContracts
import WorkflowEngine

/// Exercises an installation: steps with an effect outside of the database, timers, concurrency and signals. Workers offer
/// it only when a ledger file is configured; the tests that kill processes run on it.
public struct Exercise: Workflow {
    /// The name under which it is recorded.
    public static let name = "Exercise"

    /// Lets the exercise go on to its second half.
    public static let proceed = Signal<Int>("proceed")
    /// Steps done so far.
    public static let progress = Published<Int>("progress")

    /// How much to do.
    public struct Input: Codable, Hashable, Sendable {
        /// Steps in each half.
        public var steps: Int
        /// Signals to wait for between the halves.
        public var signals: Int
        /// Milliseconds to sleep after each step.
        public var pauseMilliseconds: Int
        /// Milliseconds that the ledger takes to answer.
        public var answerMilliseconds: Int
        /// Describes an exercise.
        public init(steps: Int, signals: Int, pauseMilliseconds: Int, answerMilliseconds: Int) {
            self.steps = steps
            self.signals = signals
            self.pauseMilliseconds = pauseMilliseconds
            self.answerMilliseconds = answerMilliseconds
        }
    }

    /// What was done.
    public struct Output: Codable, Hashable, Sendable {
        /// Lines appended to the ledger.
        public var lines: Int
        /// The signals' values in the order in which they were read.
        public var received: [Int]
    }

    /// Makes the value whose `run` the engine calls.
    public init() {}

    /// The workflow; see the type.
    public func run(_ workflow: WorkflowContext, input: Input) async throws -> Output {
        try await half(workflow, input, "first")
        workflow.publish(input.steps, as: Self.progress)
        var received: [Int] = []
        for _ in 0..<input.signals { received.append(try await workflow.next(Self.proceed)) }
        async let branch: Void = half(workflow, input, "branch")
        try await half(workflow, input, "second")
        try await branch
        workflow.publish(3 * input.steps, as: Self.progress)
        return Output(lines: 3 * input.steps, received: received)
    }

    private func half(_ workflow: WorkflowContext, _ input: Input, _ name: String) async throws {
        for step in 0..<input.steps {
            let label = "\(workflow.workflowID)/\(name)/\(step)"
            try await workflow.execute(
                AppendToLedger.self,
                .init(label: label, answerMilliseconds: input.answerMilliseconds)
            )
            try await workflow.sleep(for: .milliseconds(input.pauseMilliseconds))
        }
    }
}
