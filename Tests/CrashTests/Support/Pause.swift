/// Waits in real time: kills at random moments and clients of other processes have no virtual clock.
func pause(_ duration: Duration) async throws {
    try await Task.sleep(for: duration)
}

/// Asks every 10 milliseconds until the answer is yes.
///
/// - Returns: whether it was, within `limit`.
func becomesTrue(within limit: Duration, _ condition: () async throws -> Bool) async throws -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while clock.now < end {
        if try await condition() { return true }
        try await pause(.milliseconds(10))
    }
    return try await condition()
}
