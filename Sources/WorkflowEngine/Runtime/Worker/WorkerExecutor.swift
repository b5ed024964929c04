import Dispatch

/// Runs what a worker itself has to do beside its loop: polling, loading, heartbeats, reports.
///
/// Swift's tasks share as many threads as there are cores, and activities of other people block them: with files, with
/// databases, with long computations. Until the system notices (seconds, on Linux) no other task runs there. A worker has to
/// go on meanwhile, so it does this on a queue whose thread is none of those.
final class WorkerExecutor: TaskExecutor {
    /// Serial: on Linux, a concurrent queue takes its threads from those of Swift's tasks.
    private let queue = DispatchQueue(label: "workflow-worker")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }
}
