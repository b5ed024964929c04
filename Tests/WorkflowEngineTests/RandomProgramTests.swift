import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

private let poke = Signal<Int>("poke")

/// A piece of a random workflow.
private indirect enum Step: Codable, Sendable {
    case sleep(milliseconds: Int)
    /// Fails once and succeeds `milliseconds` of virtual time later; or fails for good.
    case work(milliseconds: Int, succeeds: Bool)
    case signal(timeout: Int)
    case condition(above: Int, timeout: Int)
    case draw
    case patch(Int)
    case parallel([Step], [Step])
    case group([[Step]])
    /// The first branch to end cancels the others.
    case race([[Step]])
    case shielded([Step])

    static func program(_ random: inout SeededGenerator, depth: Int) -> [Step] {
        (0..<Int.random(in: 1...3, using: &random)).map { _ in step(&random, depth: depth) }
    }

    private static func step(_ random: inout SeededGenerator, depth: Int) -> Step {
        let time = Int.random(in: 0...4000, using: &random)
        func branches() -> [[Step]] {
            (0..<Int.random(in: 2...3, using: &random)).map { _ in program(&random, depth: depth - 1) }
        }
        switch Int.random(in: 0..<(depth > 0 ? 11 : 7), using: &random) {
        case 0, 1: return .sleep(milliseconds: time)
        case 2, 3: return .work(milliseconds: time + 1, succeeds: time % 5 != 0)
        case 4: return .signal(timeout: time)
        case 5: return .condition(above: time % 4, timeout: time)
        case 6: return time % 2 == 0 ? .draw : .patch(time % 3)
        case 7: return .parallel(program(&random, depth: depth - 1), program(&random, depth: depth - 1))
        case 8: return .group(branches())
        case 9: return .race(branches())
        default: return .shielded(program(&random, depth: depth - 1))
        }
    }
}

/// Interprets a program. Every step can be cancelled and every failure is swallowed, so a run always ends by itself.
private struct RandomProgram: Workflow {
    func run(_ workflow: WorkflowContext, input: [Step]) async throws -> Int {
        let total = workflow.variable(0)
        await Self.perform(input, workflow, total)
        return total.value
    }

    private static func perform(_ steps: [Step], _ workflow: WorkflowContext, _ total: WorkflowVariable<Int>) async {
        for step in steps {
            do { try await perform(step, workflow, total) } catch { total.value += 1 }
        }
    }

    private static func perform(
        _ step: Step,
        _ workflow: WorkflowContext,
        _ total: WorkflowVariable<Int>
    ) async throws {
        switch step {
        case .sleep(let time): try await workflow.sleep(for: .milliseconds(time))
        case .work(let time, let succeeds):
            _ = try await workflow.execute(Work.self, "\(succeeds ? "" : "-")\(time)", options: .random)
        case .signal(let timeout):
            total.value += try await workflow.next(poke, timeout: .milliseconds(timeout)) ?? 0
        case .condition(let limit, let timeout):
            _ = try await workflow.condition(timeout: .milliseconds(timeout)) { total.value > limit }
        case .draw: try await workflow.sleep(for: .milliseconds(workflow.random(in: 1...100)))
        case .patch(let number):
            if workflow.patched("patch \(number)") { try await workflow.sleep(for: .milliseconds(number + 1)) }
        case .parallel(let left, let right):
            async let first: Void = perform(left, workflow, total)
            async let second: Void = perform(right, workflow, total)
            _ = await (first, second)
        case .group(let branches): await perform(branches, isRace: false, workflow, total)
        case .race(let branches): await perform(branches, isRace: true, workflow, total)
        case .shielded(let steps): await workflow.shieldedFromCancellation { await perform(steps, workflow, total) }
        }
        total.value += 1
    }

    private static func perform(
        _ branches: [[Step]],
        isRace: Bool,
        _ workflow: WorkflowContext,
        _ total: WorkflowVariable<Int>
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for branch in branches { group.addTask { await perform(branch, workflow, total) } }
            await group.next()
            if isRace { group.cancelAll() }
        }
    }
}

extension ActivityOptions {
    fileprivate static let random = ActivityOptions(
        startToCloseTimeout: .seconds(100),
        retryPolicy: RetryPolicy(maximumAttempts: 2)
    )
}

@Suite("Random programs", .timeLimit(.minutes(1))) struct RandomProgramTests {
    @Test("executed live, then replayed from every prefix: the same commands", arguments: [1, 2, 3, 4])
    func replay(part: Int) async throws {
        let seed = UInt64(part) * 0x5EED
        print("random programs: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let activity = Does { input, context in
            guard input.hasPrefix("-") || context.attempt == 1 else { return input }
            let delay = Int(input).map { abs($0) } ?? 1
            throw ApplicationError("not yet", type: "Busy", nextRetryDelay: .milliseconds(delay))
        }
        try await withEngine([RandomProgram.self], [activity], configuration: .test(cached: 20)) { test in
            var runs: [WorkflowHandle<RandomProgram>] = []
            for index in 0..<50 {
                let program = Step.program(&random, depth: 2)
                let run = try await test.client.start(
                    RandomProgram.self,
                    id: WorkflowID("program \(index)"),
                    input: program
                )
                if index % 2 == 0 { try? await run.signal(poke, 1) }
                runs.append(run)
            }
            for (index, run) in runs.enumerated() {
                if index % 3 == 0 { try? await run.signal(poke, 2) }
                if index % 7 == 0 { try await run.cancel() }
                _ = try? await test.resultSkippingTime(of: run)
                #expect(try await run.status.isClosed, "seed \(seed), program \(index)")
                try WorkflowReplayer([RandomProgram.self]).replayEveryPrefix(try await run.history())
            }
        }
    }
}
