import DequeModule
import Logging
import WorkflowCore
import WorkflowStore

/// Loading runs and reading their inboxes.
extension RunLoop {
    func insert(_ run: CachedRun) {
        runs[run.key] = run
        sweep.append(run.key)
        evictSurplus()
    }

    /// Takes up claimed runs: at once those whose claim brought what their code needs.
    func take(_ claimed: [ClaimedRun]) {
        var others: [ClaimedRun] = []
        for var run in claimed {
            guard let beginning = run.beginning else {
                others.append(run)
                continue
            }
            run.beginning = nil
            begin(makeRun(run), beginning)
        }
        for start in stride(from: 0, to: others.count, by: Self.loadedAtOnce) {
            load(Array(others[start..<min(start + Self.loadedAtOnce, others.count)]))
        }
    }

    /// How many runs one read brings. The first of them wait for the last ones.
    private static let loadedAtOnce = 16

    private func begin(_ run: CachedRun, _ beginning: ClaimedRun.Beginning) {
        // A message that came between the claim and now was announced for a run that was not here.
        readInbox(run)
        loaded(
            run,
            Result { LoadedRun(history: try HistoryCoding.decode(beginning.events), inbox: beginning.inbox) }
        )
    }

    func load(_ claimed: [ClaimedRun]) {
        let stays = claimed.map(makeRun).map { (key: $0.key, stay: $0.stay) }
        let store = environment.store
        environment.task { [mailbox] in
            let results: [Result<StoredRun, any Error>]
            do {
                results = try await store.load(stays.map(\.key))
            } catch {
                results = stays.map { _ in .failure(error) }
            }
            mailbox.post(
                zip(stays, results).map { run, result in
                    .loaded(run.key, stay: run.stay, result.flatMap { stored in Result { try LoadedRun(stored) } })
                }
            )
        }
    }

    func loaded(_ run: CachedRun, _ result: Result<LoadedRun, any Error>) {
        switch result {
        case .success(let loaded):
            run.loaded = loaded
            run.timeLimit = loaded.history.timeLimit
            run.phase = .loaded
            markReady(run)
        case .failure(let error as DecodingFailure): block(run, error)
        case .failure(let error): storeFailed(run, error)
        }
    }

    /// Runs the code of a loaded run to where its history ends. `false` when the calling thread was written off meanwhile.
    func replay(_ run: CachedRun, _ generation: Int) -> Bool {
        guard let loaded = run.loaded else { return true }
        guard let code = environment.workflows[run.claimed.workflowType] else {
            block(run, unregistered(run.claimed.workflowType))
            return true
        }
        let execution = makeExecution(run, code)
        if run.timeLimit <= environment.clock.now {
            expire(run, execution, loaded)
            return true
        }
        run.execution = execution
        watch.enter(run.key)
        let result = Result { try execution.replay(loaded.history) }
        guard watch.leave(generation) else {
            execution.evict()
            return false
        }
        switch result {
        case .success(let unhandled): replayed(run, execution, loaded.inbox, unhandled)
        case .failure(let error): block(run, error)
        }
        return true
    }

    /// Ends a run whose time limit has passed without running its code, which may be what blocks it.
    private func expire(_ run: CachedRun, _ execution: RunExecution, _ loaded: LoadedRun) {
        do {
            for event in loaded.history { _ = try execution.machine.apply(event) }
        } catch {
            return block(run, error)
        }
        run.execution = execution
        replayed(run, execution, loaded.inbox, [])
        run.inputs.append(.runTimedOut)
    }

    private func makeExecution(_ run: CachedRun, _ code: WorkflowCode) -> RunExecution {
        let execution = RunExecution(reference: run.claimed.reference, code: code, codec: environment.codec)
        watchForeignResumes(of: run, execution)
        return execution
    }

    func watchForeignResumes(of run: CachedRun, _ execution: RunExecution) {
        let (key, stay) = (run.key, run.stay)
        execution.executor.onForeignResume { [weak mailbox] in
            mailbox?.post(.foreignResume(key, stay: stay))
        }
    }

    private func replayed(
        _ run: CachedRun,
        _ execution: RunExecution,
        _ inbox: [InboxMessage],
        _ unhandled: [RunMachine.Resolution]
    ) {
        run.loaded = nil
        run.unhandled = unhandled.filter { $0 != .nothing }
        run.phase = .idle
        run.enqueue(inbox)
        armTimers(of: run, execution)
        rereadInboxIfNeeded(run)
    }

    private func armTimers(of run: CachedRun, _ execution: RunExecution) {
        for (id, timer) in execution.machine.armedTimers { due.insert(.timer(run.key, id), at: timer.fireTime) }
        if let deadline = execution.runDeadline { due.insert(.runTimeout(run.key), at: deadline) }
    }

    private func unregistered(_ type: String) -> Violation {
        Violation(
            code: "workflow-not-registered",
            message: "this worker has no workflow \"\(type)\"; it has "
                + environment.workflowTypes.joined(separator: ", ")
        )
    }

    // MARK: Inbox

    func readInbox(_ run: CachedRun) {
        guard run.phase != .loading && run.phase != .loaded else {
            // The load that is under way may or may not have seen the message.
            run.inboxChangedWhileReading = true
            return
        }
        guard !run.isReadingInbox else {
            run.inboxChangedWhileReading = true
            return
        }
        run.isReadingInbox = true
        let (key, stay) = (run.key, run.stay)
        let store = environment.store
        environment.task { [mailbox] in
            let result: Result<[InboxMessage], any Error>
            do {
                result = .success(try await store.inbox(of: key))
            } catch {
                result = .failure(error)
            }
            mailbox.post(.inboxRead(key, stay: stay, result))
        }
    }

    func inboxRead(_ run: CachedRun, _ result: Result<[InboxMessage], any Error>) {
        run.isReadingInbox = false
        switch result {
        case .success(let messages):
            run.enqueue(messages)
            markReady(run)
        case .failure(let error):
            environment.logger.error("an inbox could not be read", metadata: ["error": "\(error)"])
            run.inboxChangedWhileReading = true
        }
        rereadInboxIfNeeded(run)
    }

    func rereadInboxIfNeeded(_ run: CachedRun) {
        guard run.inboxChangedWhileReading else { return }
        run.inboxChangedWhileReading = false
        readInbox(run)
    }
}

extension RunLoop.LoadedRun {
    fileprivate init(_ run: StoredRun) throws {
        self.init(history: try run.history.flatMap { try HistoryCoding.decode($0.events) }, inbox: run.inbox)
    }
}

extension [HistoryEvent] {
    /// When the run of this history times out.
    fileprivate var timeLimit: Timestamp {
        guard case .workflowExecutionStarted(let started)? = first?.attributes, let time = first?.time,
            let limit = started.workflowRunTimeout
        else { return .never }
        return time + limit
    }
}
