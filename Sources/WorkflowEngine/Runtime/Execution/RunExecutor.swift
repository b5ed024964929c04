import CWorkflowHooks
import Dispatch
import Synchronization
import WorkflowCore
@_spi(ExperimentalScheduling) import _Concurrency

/// Runs the code of one workflow run: a first-in-first-out queue that only the engine drains, on the engine's own thread.
///
/// It is a task executor and not also a serial executor: then a call of a nonisolated async function is no hop, and the
/// order in which code runs is the same in every build mode. A job that arrives while no activation of this run is
/// executing on the calling thread came from elsewhere: the run waited for something that is not a workflow operation.
final class RunExecutor: TaskExecutor, @unchecked Sendable {
    // SAFETY: `jobs`, `head`, `lastTask`, `lastOperation` are touched only between `enter` and `leave` on one thread at a
    // time (`isCurrent`); everything another thread may reach is in `shared`.
    private var jobs: [UnownedJob] = []
    private var head = 0
    private var lastTask: UnsafeMutableRawPointer?
    /// Source position of the latest workflow operation, for messages.
    var lastOperation: SourceLocation?

    /// What was found against the code. A job from elsewhere arrives on a thread that may not read `lastOperation`: the
    /// engine's thread adds the place when it asks.
    private enum Finding {
        case violation(Violation)
        case foreignWait(String)
    }

    private struct Shared {
        var finding: Finding?
        var isAbandoned = false
        /// Jobs that came from elsewhere; run once nothing can depend on them any more.
        var orphans: [UnownedJob] = []
        var onForeignResume: (@Sendable () -> Void)?
    }
    private let shared = Mutex(Shared())

    /// Jobs one activation may run before it is considered an endless loop.
    static let jobBudget = 1_000_000

    init() {
        _ = Self.hookInstalled
    }

    // MARK: Being current

    var isCurrent: Bool { workflow_hooks_current() == Unmanaged.passUnretained(self).toOpaque() }

    /// Makes this run the one whose code executes on the calling thread while `body` runs.
    func withCurrent<Value>(_ body: () throws -> Value) rethrows -> Value {
        let previous = workflow_hooks_current()
        workflow_hooks_set_current(Unmanaged.passUnretained(self).toOpaque())
        defer { workflow_hooks_set_current(previous) }
        return try body()
    }

    // MARK: Jobs

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard isCurrent else { return enqueueFromElsewhere(job) }
        let kind = workflow_hooks_job_kind(unsafeBitCast(job, to: UnsafeMutableRawPointer.self))
        if (192...194).contains(kind) {
            note(
                .offExecutor(
                    "an actor",
                    instead: "Keep state in the workflow itself, or move the work into an activity.",
                    after: lastOperation
                )
            )
        }
        jobs.append(job)
    }

    private func enqueueFromElsewhere(_ job: UnownedJob) {
        let wait = Self.foreignWait(of: unsafeBitCast(job, to: UnsafeMutableRawPointer.self))
        let report: (@Sendable () -> Void)? = shared.withLock { state in
            guard !state.isAbandoned else { return nil }
            state.orphans.append(job)
            if state.finding == nil { state.finding = .foreignWait(wait) }
            return state.onForeignResume ?? {}
        }
        if let report { report() } else { runOrphan(job) }
    }

    /// Called on the foreign thread when code was resumed from outside of an activation: the run has to be blocked.
    func onForeignResume(_ handler: @escaping @Sendable () -> Void) {
        shared.withLock { $0.onForeignResume = handler }
    }

    /// Lets a task of a run that is no longer in memory come to its end: every workflow operation throws at once.
    private func runOrphan(_ job: UnownedJob) {
        DispatchQueue.global().async { [self] in
            withCurrent { job.runSynchronously(on: asUnownedTaskExecutor()) }
            drainAbandoned()
        }
    }

    private func drainAbandoned() {
        withCurrent { _ = drain(budget: 10_000) }
    }

    /// Runs jobs until none is left. `false` when the budget was used up.
    func drain(budget: Int = RunExecutor.jobBudget) -> Bool {
        var remaining = budget
        while head < jobs.count {
            guard remaining > 0 else { return false }
            remaining -= 1
            let job = jobs[head]
            head += 1
            let pointer = unsafeBitCast(job, to: UnsafeMutableRawPointer.self)
            lastTask = workflow_hooks_job_kind(pointer) == 0 ? pointer : nil
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
        jobs.removeAll(keepingCapacity: true)
        head = 0
        return true
    }

    // MARK: Violations

    func note(_ violation: Violation) {
        shared.withLock { state in
            if state.finding == nil { state.finding = .violation(violation) }
        }
    }

    /// The first thing that was found against the code. Asked on the engine's thread, between drains.
    var violation: Violation? {
        switch shared.withLock({ $0.finding }) {
        case nil: nil
        case .violation(let violation): violation
        case .foreignWait(let wait): violation(waitingFor: wait)
        }
    }

    /// From now on jobs from elsewhere are run so that their tasks can end; nothing they do reaches a history.
    func abandon() {
        let late = shared.withLock { state in
            state.isAbandoned = true
            state.onForeignResume = nil
            defer { state.orphans = [] }
            return state.orphans
        }
        for job in late { runOrphan(job) }
    }

    /// Names what the run waits for when nothing it started through the engine is pending. Only called after a drain that
    /// left the code unfinished and suspended.
    func describeForeignWait() -> Violation { violation(waitingFor: Self.foreignWait(of: lastTask)) }

    private func violation(waitingFor wait: String) -> Violation {
        .offExecutor(wait, instead: "Move it into an activity.", after: lastOperation)
    }

    private static func foreignWait(of task: UnsafeMutableRawPointer?) -> String {
        let images = waitingImages(of: task)
        if images.contains(where: { $0.contains("FoundationNetworking") }) { return "URLSession" }
        if images.first?.contains("swift_Concurrency") == true {
            return "a continuation or stream that is resumed from outside the workflow"
        }
        return "an actor outside the workflow (or another executor, such as @MainActor)"
    }

    private static func waitingImages(of task: UnsafeMutableRawPointer?) -> [Substring] {
        guard let task, workflow_hooks_job_kind(task) == 0 else { return [] }
        var buffer = [CChar](repeating: 0, count: 2048)
        let count = Int(workflow_hooks_waiting_images(task, &buffer, Int32(buffer.count)))
        return String(decoding: buffer[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            .split(separator: "\n")
    }

    private static let hookInstalled: Bool = {
        workflow_hooks_install { run in
            guard let run else { return }
            let executor = Unmanaged<RunExecutor>.fromOpaque(run).takeUnretainedValue()
            executor.note(
                .offExecutor(
                    "an unstructured task (Task { } or Task.detached)",
                    instead: "Use async let or a task group.",
                    after: executor.lastOperation
                )
            )
        }
        return true
    }()
}

// `Task.sleep` and `Clock.sleep` ask the current executor to schedule a job: the one place where they can be named.
@_spi(ExperimentalScheduling) extension RunExecutor: SchedulingExecutor {
    var asSchedulingExecutor: (any SchedulingExecutor)? { self }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob,
        after delay: C.Duration,
        tolerance: C.Duration?,
        clock: C
    ) {
        noteSleep(UnownedJob(job))
    }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob,
        at instant: C.Instant,
        tolerance: C.Duration?,
        clock: C
    ) {
        noteSleep(UnownedJob(job))
    }

    /// The job is kept until the run leaves memory, so that its task can end.
    private func noteSleep(_ job: UnownedJob) {
        shared.withLock { $0.orphans.append(job) }
        note(
            .offExecutor(
                "Task.sleep",
                instead: "Use workflow.sleep(for:), which survives restarts.",
                after: lastOperation
            )
        )
    }
}
