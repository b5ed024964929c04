import WorkflowCore
import WorkflowEngine

/// An activity whose outcome comes at a virtual time of its own: it fails at once and succeeds in its second attempt.
package enum Delayed: ActivityContract {
    package struct Input: Codable, Sendable {
        package var name: String
        package var milliseconds: Int
    }
    package typealias Output = String
    package static let name = "Delayed"
    package static let options = ActivityOptions(startToCloseTimeout: .seconds(1000))
}

struct DelayedActivity: Activity {
    typealias Contract = Delayed

    func execute(_ input: Delayed.Input, context: ActivityContext) async throws -> String {
        guard context.attempt == 1 else { return input.name }
        throw ApplicationError(
            "not yet",
            type: "Busy",
            nextRetryDelay: .milliseconds(input.milliseconds)
        )
    }
}

/// Everything whose order could depend on how the code was compiled: `async let`, groups, nesting, cancellation,
/// signals, conditions, patches, random values.
package struct Nasty: Workflow {
    package static let name = "Nasty"
    package static let poke = Signal<Int>("poke")

    package init() {}

    package func run(_ workflow: WorkflowContext, input: Int) async throws -> [String] {
        let log = workflow.variable([String]())
        let total = workflow.variable(0)
        if workflow.patched("nasty-2") { log.value.append(workflow.uuid()) }
        async let left: Void = Self.branch("left", every: 70, workflow, log)
        async let right: Void = Self.branch("right", every: 110, workflow, log)
        async let reader: Void = {
            for _ in 0..<input { total.value += try await workflow.next(Self.poke) }
        }()
        try await Self.fan(workflow, log, total)
        let winner = try await Self.race(workflow, log)
        _ = try await (left, right, reader)
        return log.value + ["winner \(winner)", "dice \(workflow.random(in: 1...6))"]
    }

    private static func branch(
        _ name: String,
        every milliseconds: Int,
        _ workflow: WorkflowContext,
        _ log: WorkflowVariable<[String]>
    ) async throws {
        for step in 1...3 {
            try await workflow.sleep(for: .milliseconds(milliseconds * step))
            let input = Delayed.Input(name: "\(name) \(step)", milliseconds: milliseconds + step)
            async let other: Void = workflow.sleep(for: .milliseconds(step))
            log.value.append(try await workflow.execute(Delayed.self, input))
            try await other
        }
    }

    private static func fan(
        _ workflow: WorkflowContext,
        _ log: WorkflowVariable<[String]>,
        _ total: WorkflowVariable<Int>
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<8 {
                group.addTask(priority: index % 2 == 0 ? .high : .low) {
                    async let nap: Void = workflow.sleep(for: .milliseconds(13 * (8 - index)))
                    try await workflow.condition { total.value > index / 3 }
                    log.value.append("\(index) saw \(total.value)")
                    try await nap
                    await Task.yield()
                    log.value.append("\(index) woke")
                }
            }
            try await group.waitForAll()
        }
    }

    private static func race(
        _ workflow: WorkflowContext,
        _ log: WorkflowVariable<[String]>
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for seconds in [30, 10, 20] {
                group.addTask {
                    do {
                        try await workflow.sleep(for: .seconds(seconds))
                    } catch {
                        await workflow.shieldedFromCancellation {
                            try? await workflow.sleep(for: .milliseconds(seconds))
                        }
                        log.value.append("\(seconds) lost")
                        throw error
                    }
                    return seconds
                }
            }
            let first = try await group.next() ?? 0
            group.cancelAll()
            while await group.nextResult() != nil {}
            return first
        }
    }
}
