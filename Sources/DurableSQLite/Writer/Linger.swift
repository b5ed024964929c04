/// Decides how long a commit waits for more units.
///
/// Callers that wait for their commit come back together shortly after it. Waiting for as many as last time, but
/// never longer than half of a commit, lets them share the next commit too and cannot cost more than it saves. A
/// single caller is never made to wait.
struct Linger {
    let maximum: Int64
    private(set) var lastGroup = 1
    private(set) var lastCommit: Int64 = 0

    init(maximum: Duration) {
        self.maximum = max(0, maximum.nanoseconds)
    }

    /// How many units to wait for, and until when; nil: do not wait.
    func plan(now: MonotonicTime) -> MonotonicTime? {
        let allowed = min(lastCommit / 2, maximum)
        guard lastGroup > 1, allowed > 0 else { return nil }
        return now.advanced(by: allowed)
    }

    /// Remembers a finished group: its size and how long `COMMIT` took, in nanoseconds.
    mutating func record(group: Int, commit: Int64) {
        lastGroup = group
        lastCommit = commit
    }
}
