/// How often, and after which pauses, a request is repeated: exponential with full jitter, so that clients which failed
/// together do not come back together.
public struct BackOff: Sendable {
    /// Attempts in all, at least 1.
    public var attemptsMax: Int
    /// The longest pause before the second attempt.
    public var base: Duration
    /// The longest pause of all.
    public var cap: Duration
    let sleep: @Sendable (Duration) async throws -> Void
    let random: @Sendable () -> Double

    /// - Parameters:
    ///   - sleep: waits; throws when the task is cancelled.
    ///   - random: a number from 0 up to, not including, 1.
    public init(
        attemptsMax: Int = 6,
        base: Duration = .milliseconds(100),
        cap: Duration = .seconds(10),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.attemptsMax = max(1, attemptsMax)
        self.base = base
        self.cap = cap
        self.sleep = sleep
        self.random = random
    }

    /// The pause after a failed attempt, numbered from 1. A service that names a time gets at least that, up to twice the cap.
    func pause(after attempt: Int, asked: Duration?) -> Duration {
        let ceiling = min(cap, base * (1 << min(attempt - 1, 20)))
        return max(ceiling * random(), min(asked ?? .zero, cap * 2))
    }
}
