import Dispatch

/// Runs tasks on threads of its own, so that code which blocks for seconds does not take threads from everybody else.
final class BlockingExecutor: TaskExecutor {
    private let label: String

    init(label: String) { self.label = label }

    /// Each job has a queue to itself: on Linux, the threads of a concurrent queue are those of Swift's tasks.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        DispatchQueue(label: label).async { job.runSynchronously(on: executor) }
    }
}
