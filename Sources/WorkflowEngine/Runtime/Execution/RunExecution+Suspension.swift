import WorkflowCore

/// How an operation of workflow code suspends and how cancellation reaches it.
extension WorkflowContext {
    /// The run, if the caller may use it now.
    ///
    /// - Throws: `Violation` off the run's executor, `CancellationError` while the run is being evicted or when the calling
    ///   task is cancelled.
    func usable(at location: SourceLocation) async throws -> RunExecution {
        guard execution.executor.isCurrent else {
            let violation = Violation.offExecutor(
                "its workflow context outside of its own tasks",
                instead: "Use the context in run, async let and task groups only.",
                after: location
            )
            execution.executor.note(violation)
            throw violation
        }
        execution.executor.lastOperation = location
        if execution.isEvicting || Task.isCancelled {
            await execution.refuse(at: location)
            throw CancellationError()
        }
        return execution
    }

    /// Suspends the calling task until the operation that `begin` starts has an outcome.
    func suspend(
        _ kind: PendingOperation.Kind,
        timeout: Duration? = nil,
        at location: SourceLocation,
        begin: (RunExecution, OperationID) -> Void
    ) async throws -> PendingOperation.Outcome {
        let run = try await usable(at: location)
        if let timeout, timeout <= .zero { return .timedOut }
        let operation = run.newOperation()
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                var wait = PendingOperation(
                    kind: kind,
                    location: location,
                    since: run.now,
                    continuation: continuation
                )
                begin(run, operation)
                if let timeout {
                    let timer = run.newOperation()
                    wait.timeout = timer
                    run.timeoutOwners[timer] = operation
                    run.issue(.startTimer(timer, timeout), at: location)
                }
                run.pending[operation] = wait
            }
        } onCancel: {
            run.cancel(operation)
        }
    }
}

extension RunExecution {
    /// Counts an operation that is refused because the code was cancelled. Code that swallows the error and asks again
    /// without end would occupy the thread for ever: it is left suspended, which blocks the run.
    func refuse(at location: SourceLocation) async {
        refusals += 1
        guard refusals > Self.refusalLimit else { return }
        executor.note(
            Violation(
                code: "workflow-not-yielding",
                message: "workflow code asked for \(refusals) operations after it was cancelled, "
                    + "without waiting for any; it probably loops. Let the CancellationError end the loop.",
                location: location
            )
        )
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    }

    /// The calling task was cancelled while it waited.
    func cancel(_ operation: OperationID) {
        guard executor.isCurrent else {
            return executor.note(
                .offExecutor(
                    "a task that was cancelled from outside of the workflow",
                    instead: "Cancel a run through the client.",
                    after: nil
                )
            )
        }
        guard !isEvicting, let wait = pending[operation] else { return }
        switch wait.kind {
        case .activity(_, .tryCancel):
            issue(.requestCancelActivity(operation), at: wait.location)
            resume(operation, .failure(CancellationError()))
        case .activity(_, .waitCompleted): issue(.requestCancelActivity(operation), at: wait.location)
        case .timer:
            issue(.cancelTimer(operation), at: wait.location)
            resume(operation, .failure(CancellationError()))
        case .activity(_, .abandon), .signal, .condition: resume(operation, .failure(CancellationError()))
        }
    }

    /// Checks the options and encodes the input of an activity.
    func scheduleCommand<Input: Encodable>(
        _ type: String,
        input: Input,
        options: ActivityOptions,
        at location: SourceLocation
    ) throws -> Command.ScheduleActivity {
        do {
            return Command.ScheduleActivity(
                activityType: type,
                taskQueue: options.taskQueue ?? machine.started?.taskQueue ?? .default,
                input: isReplaying ? nil : try codec.encode(input),
                timeouts: try options.normalisedTimeouts(),
                retryPolicy: options.retryPolicy
            )
        } catch let invalid as InvalidActivityOptions {
            let message = "activity \(type) at \(location) cannot be scheduled: \(invalid.reason)"
            throw ApplicationError(message, type: "InvalidActivityOptions", nonRetryable: true)
        } catch {
            // Not for the code to catch: a replay does not encode the input again, and would go on another way.
            let violation = Violation.unencodable("the input of activity \(type)", error: error, at: location)
            executor.note(violation)
            throw violation
        }
    }
}
