/// How code is kept from cancellation: it runs in a task of its own, which nobody outside of it cancels.
extension RunExecution {
    /// Runs `body` in a new task on the run's executor and waits for its end, also when the calling task is cancelled.
    func inTaskOfItsOwn<Value, Failure: Error>(
        _ body: sending () async throws(Failure) -> Value
    ) async -> Result<Value, Failure> {
        await withoutActuallyEscaping(body) { body in
            let task = Task(executorPreference: executor) { [body = Handed(value: body)] in
                do throws(Failure) {
                    return Handed(value: Result<Value, Failure>.success(try await body.value()))
                } catch {
                    return Handed(value: Result<Value, Failure>.failure(error))
                }
            }
            return await task.value.value
        }
    }
}

/// Something that one task of a run hands to another while it waits for that.
private struct Handed<Value>: @unchecked Sendable {
    // SAFETY: all tasks of a run are executed on one thread at a time, and the one that hands over is suspended.
    let value: Value
}
