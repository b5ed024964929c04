import WorkflowStore

@testable import WorkflowCore

extension OperationSource {
    mutating func ownership(
        _ kind: OperationKind,
        _ state: StoreDump
    ) -> @Sendable (any WorkflowStore) async throws -> String {
        let time = at(now)
        switch kind {
        case .claimRuns:
            let request = ClaimRunsRequest(
                worker: worker(),
                queues: some(Self.queues, 80),
                types: some(Self.types, 80),
                limit: Int(number(0...3)),
                now: time
            )
            return { "\(try await $0.claimRuns(request))" }
        case .commit:
            guard let activation = activation(state) else { return { _ in "no run yet" } }
            return { "\(try await $0.commit(activation))" }
        case .retryBlockedRuns:
            let types = some(Self.types, 60)
            return { "\(try await $0.retryBlockedRuns(types: types, at: time))" }
        default:
            let run = pick(owned(state)) ?? pick(state.runs)
            let reason = BlockedReason(
                code: name("c", 3),
                message: "m",
                eventID: number(0...4),
                location: chance(50) ? "f:1" : nil,
                time: time,
                count: Int(number(1...9))
            )
            let request = ReleaseRequest(
                run: run?.record.reference.key ?? RunKey(1),
                epoch: (run?.record.epoch ?? 1) + (chance(20) ? 1 : 0),
                wakeAt: wakeTime(),
                blocked: chance(50) ? reason : nil
            )
            return { store in
                try await store.release(request)
                return ""
            }
        }
    }

    private func owned(_ state: StoreDump) -> [StoreDump.Run] { state.runs.filter { $0.record.owner != .nobody } }

    private mutating func wakeTime() -> Timestamp { chance(30) ? .never : at(now + number(-100...900)) }

    private mutating func activation(_ state: StoreDump) -> ActivationCommit? {
        guard let run = chance(95) ? pick(owned(state)) ?? pick(state.runs) : pick(state.runs) else { return nil }
        let count = number(0...4)
        let next = run.record.nextEventID + (chance(4) ? 1 : 0)
        let events = (0..<count).map {
            HistoryEvent(id: next + $0, time: at(now), attributes: .timerFired(startedEventID: $0))
        }
        var activation = ActivationCommit(
            run: run.record.reference.key,
            epoch: run.record.epoch - (chance(4) ? 1 : 0),
            worker: chance(96) ? run.record.owner : worker(),
            now: at(now),
            firstEventID: next,
            nextEventID: next + count,
            events: events.isEmpty ? [] : HistoryCoding.encode(events)
        )
        activation.consumedInbox = some(run.inbox.map(\.id), 70)
        addTasks(to: &activation, run)
        let timers = some(Array(next..<next + count), 20)
        activation.newTimers = timers.map { TimerRecord(startedEventID: $0, fireTime: at(now + 100)) }
        activation.removedTimers = some(run.timers.map(\.startedEventID), 30)
        if chance(20) { activation.published = [(name("p", 2), Payload(text: name("v", 9)))] }
        if chance(30) { activation.waits = [RunWait(kind: "timer", name: "t", eventID: next, location: "f:1")] }
        activation.wakeAt = wakeTime()
        if chance(12) {
            activation.closes = pick(RunStatus.allCases.filter { $0.isClosed && $0 != .terminated })
            if chance(70) { activation.consumedInbox = run.inbox.map(\.id) }
        }
        activation.releases = chance(20)
        return activation
    }

    private mutating func addTasks(to activation: inout ActivationCommit, _ run: StoreDump.Run) {
        let mine = run.tasks.filter { $0.state == .started && $0.worker == run.record.owner }
        activation.endedAttempts = some(mine, 30).map { task in
            var ended = EndedAttempt(
                outcome: task.outcome(chance(60) ? .completed(text()) : .failed(.sample, .timeout), identity: "me"),
                endedAt: at(now)
            )
            ended.isInHistory = chance(50)
            return ended
        }
        if chance(4), let task = pick(run.tasks) {
            var outcome = task.outcome(.completed(nil), identity: "me")
            outcome.attempt += Int(number(0...1))
            activation.endedAttempts.append(EndedAttempt(outcome: outcome, endedAt: at(now)))
        }
        activation.cancelledTasks = some(run.tasks.map(\.scheduledEventID), 15)
        for event in some(Array(activation.firstEventID..<activation.nextEventID), 35) {
            activation.newTasks.append(newTask(event))
        }
    }

    private mutating func newTask(_ event: EventID) -> NewTask {
        func seconds(_ source: inout OperationSource, _ percent: Int64) -> Duration? {
            source.chance(percent) ? .milliseconds(source.number(200...3000)) : nil
        }
        let scheduled = ActivityTaskScheduled.sample(
            type: chance(70) ? "Charge" : "Ship",
            queue: queue(),
            scheduleToClose: seconds(&self, 30),
            scheduleToStart: seconds(&self, 30),
            startToClose: .milliseconds(number(300...4000)),
            heartbeat: seconds(&self, 40)
        )
        return NewTask(
            scheduledEventID: event,
            scheduled: scheduled,
            scheduledTime: at(now),
            startedBy: chance(40) ? worker() : .nobody
        )
    }
}
