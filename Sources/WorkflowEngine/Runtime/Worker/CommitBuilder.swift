import WorkflowCore
import WorkflowStore

/// Turns the result of an activation into one commit.
struct CommitBuilder {
    let environment: WorkerEnvironment
    let run: CachedRun
    let execution: RunExecution
    let result: ActivationResult

    func build() -> (ActivationCommit, InFlightCommit) {
        var commit = ActivationCommit(
            run: run.key,
            epoch: run.claimed.epoch,
            worker: environment.key,
            now: execution.now,
            firstEventID: result.firstEventID,
            nextEventID: execution.machine.nextEventID,
            events: HistoryCoding.encode(result.events)
        )
        commit.consumedInbox = result.consumedInbox
        commit.endedAttempts = result.endedAttempts
        commit.closes = execution.machine.status.isClosed ? execution.machine.status : nil
        commit.waits = execution.waits
        commit.wakeAt = execution.wakeAt
        commit.published = execution.changedPublished.compactMap { name in
            execution.published[name].map { (name: name, value: $0) }
        }
        execution.changedPublished = []
        var inFlight = InFlightCommit(endedAttempts: result.endedAttempts)
        if commit.closes != nil { inFlight.closingEvent = result.events.last?.attributes }
        if commit.closes == nil { addEffects(to: &commit, &inFlight) }
        return (commit, inFlight)
    }

    private func addEffects(to commit: inout ActivationCommit, _ inFlight: inout InFlightCommit) {
        for event in result.events {
            switch event.attributes {
            case .activityTaskScheduled(let scheduled): addTask(scheduled, event, &commit, &inFlight)
            case .activityTaskCancelRequested(let id, _): commit.cancelledTasks.append(id)
            case .timerStarted(let timer):
                let fireTime = event.time + timer.startToFireTimeout
                guard execution.machine.armedTimers[event.id] != nil else { continue }
                commit.newTimers.append(TimerRecord(startedEventID: event.id, fireTime: fireTime))
                inFlight.newTimers.append((event.id, fireTime))
            case .timerFired(let id), .timerCanceled(let id, _):
                if id < result.firstEventID { commit.removedTimers.append(id) }
            default: break
            }
        }
    }

    /// An activity that this worker can run at once is started in the same commit: no second transaction claims it.
    private func addTask(
        _ scheduled: ActivityTaskScheduled,
        _ event: HistoryEvent,
        _ commit: inout ActivationCommit,
        _ inFlight: inout InFlightCommit
    ) {
        let startsHere =
            environment.activities[scheduled.activityType] != nil && !isCancelled(event.id)
            && environment.slots.reserve(scheduled.taskQueue, upTo: 1) == 1
        commit.newTasks.append(
            NewTask(
                scheduledEventID: event.id,
                scheduled: scheduled,
                scheduledTime: event.time,
                startedBy: startsHere ? environment.key : .nobody
            )
        )
        if startsHere {
            inFlight.startedTasks.append(startedTask(event.id, scheduled, event.time))
        } else {
            inFlight.waitingTasks.insert(scheduled.taskQueue)
        }
    }

    private func isCancelled(_ id: EventID) -> Bool {
        execution.machine.pendingActivities[id]?.cancelRequested ?? true
    }

    private func startedTask(_ id: EventID, _ scheduled: ActivityTaskScheduled, _ time: Timestamp) -> TaskRecord {
        TaskRecord(
            run: run.claimed.reference,
            scheduledEventID: id,
            scheduled: scheduled,
            scheduledTime: time,
            state: .started,
            attempt: 1,
            visibleAt: time,
            startedAt: time,
            worker: environment.key,
            deadline: .never,
            deadlineType: nil,
            lastHeartbeat: nil,
            heartbeatDetails: nil,
            lastFailure: nil,
            cancelRequested: false
        )
    }
}

extension RunExecution {
    /// When the run needs attention if nothing arrives before: its earliest timer, or its own time limit.
    var wakeAt: Timestamp {
        let timer = machine.armedTimers.values.map(\.fireTime).min() ?? .never
        return min(timer, runDeadline ?? .never)
    }

    var runDeadline: Timestamp? {
        machine.started?.workflowRunTimeout.map { machine.startTime + $0 }
    }
}
