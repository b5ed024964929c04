/// Makes time-synced lyrics for one track.
///
/// Guarantees of every implementation in this module:
/// - a returned `.synced` value passed ``LyricsValidator`` for the request's duration;
/// - cancelling the task stops network calls and child processes, and throws `CancellationError`;
/// - one call makes a bounded amount of work and money; repeating is the caller's retry policy.
public protocol LyricsProvider: Sendable {
    /// Times the lyrics of one track.
    ///
    /// - Throws: ``GeminiError`` when a remote service failed, `CancellationError` when cancelled.
    func synchronize(_ request: LyricsRequest) async throws -> LyricsOutcome
}
