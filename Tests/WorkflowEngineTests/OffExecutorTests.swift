import Dispatch
import Foundation
import FoundationNetworking
import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting

/// The ways of waiting that do not follow from history.
enum Escape: String, Codable, CaseIterable, Sendable {
    case taskSleep
    case unstructuredTask
    case detachedTask
    case defaultActor
    case actorWithExecutor
    case mainActor
    case urlSession
    case dispatchQueue
    case contextFromDetachedTask

    /// What the reason has to name.
    var named: String {
        switch self {
        case .taskSleep: "Task.sleep"
        case .unstructuredTask, .detachedTask, .contextFromDetachedTask: "an unstructured task"
        case .defaultActor, .actorWithExecutor, .mainActor: "an actor"
        case .urlSession: "URLSession"
        case .dispatchQueue: "a continuation"
        }
    }
}

private actor Counter {
    var count = 0
    func next() -> Int {
        count += 1
        return count
    }
}

private final class QueueExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "queue-executor")
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}

private actor Elsewhere {
    static let executor = QueueExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { Self.executor.asUnownedSerialExecutor() }
    func answer() -> Int { 42 }
}

@MainActor private func onMain() -> Int { 1 }

private struct Escapes: Workflow {
    func run(_ workflow: WorkflowContext, input: Escape) async throws -> Int {
        switch input {
        case .taskSleep: try await Task.sleep(for: .milliseconds(1))
        case .unstructuredTask: return await Task { 1 }.value
        case .detachedTask: return await Task.detached { 1 }.value
        case .defaultActor: return await Counter().next()
        case .actorWithExecutor: return await Elsewhere().answer()
        case .mainActor: return await onMain()
        case .urlSession: return try await Self.fetch()
        case .dispatchQueue: return await Self.queued()
        case .contextFromDetachedTask:
            return try await Task.detached { try await workflow.execute(Work.self, "1").count }.value
        }
        return 0
    }

    private static func fetch() async throws -> Int {
        guard let url = URL(string: "http://127.0.0.1:\(SilentServer.shared.port)/") else { return 0 }
        return try await URLSession.shared.data(from: url).0.count
    }

    private static func queued() async -> Int {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(deadline: notBeforeTheWait) { continuation.resume(returning: 1) }
        }
    }
}

/// A workflow operation first, the escape afterwards: the reason names the line of the operation.
private struct EscapesLater: Workflow {
    static let line = #line + 2
    func run(_ workflow: WorkflowContext, input: Escape) async throws -> Int {
        _ = try await workflow.execute(Work.self, "first")
        return try await Escapes().run(workflow, input: input)
    }
}

/// A continuation that is resumed before its task waits for it causes no wait, and so nothing to be found.
private var notBeforeTheWait: DispatchTime { .now() + .milliseconds(50) }

/// A foreign wait that ends while the run's own code still executes.
private struct EscapesAndStaysBusy: Workflow {
    static let line = #line + 3
    static let hasResumed = DispatchSemaphore(value: 0)
    func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
        _ = try await workflow.execute(Work.self, "first")
        async let foreign = Self.resumedElsewhere()
        await Task.yield()
        Self.stayBusy()
        return await foreign
    }

    private static func resumedElsewhere() async -> Int {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(deadline: notBeforeTheWait) {
                continuation.resume(returning: 1)
                hasResumed.signal()
            }
        }
    }

    private static func stayBusy() { hasResumed.wait() }
}

private struct Calm: Workflow {
    func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
        for _ in 0..<input {
            _ = try await workflow.execute(Work.self, "x")
            await Task.yield()
        }
        return input
    }
}

@Suite("Waits that leave the executor", .timeLimit(.minutes(1))) struct OffExecutorTests {
    @Test("are named at the first execution and append nothing", arguments: Escape.allCases)
    func named(escape: Escape) async throws {
        try await withEngine([Escapes.self, Calm.self], [Does.echo]) { test in
            let calm = try await test.client.start(Calm.self, id: "calm", input: 10)
            let run = try await test.client.start(Escapes.self, id: "e", input: escape)
            let before = try await test.bytes(of: run)
            let reason = try await test.blocked(run)
            #expect(reason.code == "off-executor-wait")
            #expect(reason.message.contains("used \(escape.named)"), "\(reason.message)")
            #expect(reason.count == 1)
            #expect(try await calm.result() == 10)
            #expect(try await test.bytes(of: run) == before)
            #expect(before.count == 1)
        }
    }

    @Test("name the last workflow operation before them", arguments: Escape.allCases)
    func located(escape: Escape) async throws {
        try await withEngine([EscapesLater.self], [Does.echo]) { test in
            let run = try await test.client.start(EscapesLater.self, id: "e", input: escape)
            let reason = try await test.blocked(run)
            #expect(reason.code == "off-executor-wait")
            #expect(reason.message.contains("used \(escape.named)"), "\(reason.message)")
            #expect(reason.location == "WorkflowEngineTests/OffExecutorTests.swift:\(EscapesLater.line)")
            #expect(try await run.history().story == ["WorkflowExecutionStarted", "ActivityTaskScheduled"])
            // The activity's result was not lost with the activation: it waits for corrected code.
            try await test.until { try await run.record().inboxCount == 1 }
        }
    }

    @Test("name it also when they end while the run's own code still executes")
    func locatedWhileBusy() async throws {
        try await withEngine([EscapesAndStaysBusy.self], [Does.echo]) { test in
            let run = try await test.client.start(EscapesAndStaysBusy.self, id: "busy", input: 0)
            let reason = try await test.blocked(run)
            #expect(reason.code == "off-executor-wait")
            #expect(reason.location == "WorkflowEngineTests/OffExecutorTests.swift:\(EscapesAndStaysBusy.line)")
        }
    }
}
