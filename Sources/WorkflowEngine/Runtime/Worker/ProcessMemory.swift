import CWorkflowHooks

/// How this process treats memory that it has freed.
public enum ProcessMemory {
    /// Keeps up to 4 MB of freed memory per heap instead of giving it back to the kernel at once, for programs that mainly
    /// run a worker: call it first in `main`. Commits of a hundred runs allocate and free some hundred kilobytes together;
    /// by default glibc gives them back each time and faults them in again, which measured 5 % of a busy worker's processor
    /// time. It concerns the whole process, so the engine does not decide it by itself.
    ///
    /// The same from outside: `MALLOC_TRIM_THRESHOLD_=4194304 MALLOC_MMAP_THRESHOLD_=4194304` (mallopt(3)).
    public static func keepFreed() {
        workflow_hooks_keep_freed(4 << 20, 4 << 20)
    }
}
