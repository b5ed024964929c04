import WorkflowCore
import WorkflowStore

/// A run that a client of this process starts, and who hears of it.
struct PendingStart: Sendable {
    let request: StartRequest
    let answer: @Sendable (Result<StartOutcome, any Error>) -> Void
}

/// Starting runs in the process of their worker: the code comes to its first wait before anything is written, so that the
/// start and the first activation are one commit.
///
/// | before the commit | the start |
/// |---|---|
/// | the code waits or ends | is committed with its first activation |
/// | the code blocks, or the worker stops | is made as in any other process, and the run waits to be claimed |
///
/// | the commit | the start |
/// |---|---|
/// | started | is answered, the run goes on |
/// | not started: the id is taken, or the worker was removed | is answered, what the code did is forgotten |
/// | fails | fails |
extension RunLoop {
    func begin(_ start: PendingStart) {
        let started = start.request.started
        lastProvisionalKey = RunKey(lastProvisionalKey.rawValue - 1)
        let run = makeRun(
            ClaimedRun(
                reference: RunReference(
                    key: lastProvisionalKey,
                    workflowID: started.workflowID,
                    runID: started.originalExecutionRunID
                ),
                workflowType: started.workflowType,
                taskQueue: started.taskQueue,
                epoch: 1
            )
        )
        run.start = start
        let event = HistoryEvent(id: 1, time: start.request.now, attributes: .workflowExecutionStarted(started))
        loaded(run, .success(LoadedRun(history: [event], inbox: [])))
    }

    /// The run has its own key now; whatever knows it by the provisional one is told.
    func didStart(_ run: CachedRun, as reference: RunReference, _ inFlight: InFlightCommit) {
        guard let start = run.start else { return }
        run.start = nil
        runs[run.key] = nil
        run.claimed.reference = reference
        insert(run)
        if let execution = run.execution {
            watchForeignResumes(of: run, execution)
            // One that was announced under the provisional key is not lost.
            run.violation = run.violation ?? execution.executor.violation
            if let deadline = execution.runDeadline { due.insert(.runTimeout(run.key), at: deadline) }
        }
        var inFlight = inFlight
        for index in inFlight.startedTasks.indices { inFlight.startedTasks[index].run = reference }
        start.answer(.success(.started(reference)))
        didCommit(run, inFlight)
        if messagesOfUnloaded.remove(run.key) != nil, runs[run.key] === run { readInbox(run) }
    }

    func didNotStart(_ run: CachedRun, _ result: Result<StartOutcome, any Error>, _ inFlight: InFlightCommit) {
        let start = run.start
        run.start = nil
        abandon(inFlight, of: run)
        drop(run)
        start?.answer(result)
        if case .failure(let error) = result { _ = endsIfFinal(error) }
    }

    /// Starts a run that leaves memory before it was started: for whoever claims it then.
    func startElsewhere(_ run: CachedRun) {
        guard let start = run.start else { return }
        run.start = nil
        var request = start.request
        request.owner = .nobody
        let store = environment.store
        environment.task { [request] in
            do { start.answer(.success(try await store.start(request))) } catch { start.answer(.failure(error)) }
        }
    }
}
