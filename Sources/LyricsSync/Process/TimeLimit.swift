/// A piece of work did not finish in its time; it has been cancelled and has ended.
struct TimeLimitExceeded: Error, Sendable, CustomStringConvertible {
    let limit: Duration
    var description: String { "not finished within \(limit)" }
}

/// Runs `body`, cancels it when `limit` has passed, and returns only when it has ended either way.
func withTimeLimit<Value: Sendable>(
    _ limit: Duration,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        let first = try await group.next()
        try Task.checkCancellation()
        guard let value = first ?? nil else { throw TimeLimitExceeded(limit: limit) }
        return value
    }
}
