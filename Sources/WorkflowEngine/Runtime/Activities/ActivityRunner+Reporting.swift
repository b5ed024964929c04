import Logging
import Synchronization
import WorkflowCore
import WorkflowStore

/// Reports that go through the store instead of the run's own commit.
extension ActivityRunner {
    /// Reports through the store: for retries, and for runs that are not loaded here. Tried until the store accepts it or
    /// says that it is stale: an outcome must not be lost to a full disk. When the store takes nothing any more, whoever opens
    /// it next tries the attempt again.
    func report(_ task: TaskRecord, _ decision: AttemptReport.Decision) async {
        await report(
            AttemptReport(
                run: task.run.key,
                scheduledEventID: task.scheduledEventID,
                attempt: task.attempt,
                worker: environment.key,
                now: environment.clock.now,
                decision: decision
            )
        )
    }

    /// Reports an outcome whose run is not loaded here any more. ``reportCount`` counts it from now on.
    func reportElsewhere(_ ended: EndedAttempt, of run: RunKey) {
        reportCount.add(1, ordering: .relaxed)
        let ending = AttemptReport(
            run: run,
            scheduledEventID: ended.outcome.scheduledEventID,
            attempt: ended.outcome.attempt,
            worker: environment.key,
            now: ended.endedAt,
            decision: .ended(ended.outcome.result)
        )
        environment.task {
            await self.report(ending)
            self.reportCount.subtract(1, ordering: .releasing)
        }
    }

    func report(_ report: AttemptReport) async {
        while true {
            do {
                _ = try await environment.store.report(report)
                return
            } catch {
                environment.logger.error(
                    error.isFinalForStore
                        ? "the end of an attempt is lost with the store"
                        : "the end of an attempt could not be stored, trying again",
                    metadata: ["run-key": "\(report.run)", "error": "\(error)"]
                )
                guard !error.isFinalForStore else { return }
                await pause(.seconds(1))
            }
        }
    }

    private func pause(_ duration: Duration) async {
        await withCheckedContinuation { continuation in
            hooks.schedule(environment.clock.now + duration) { continuation.resume() }
        }
    }
}
