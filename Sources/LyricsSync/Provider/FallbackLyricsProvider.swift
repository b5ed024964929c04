import Logging

/// Asks a model first and times the artist's own lyrics when the model will not serve this track.
///
/// - Refused content, undeliverable audio and malformed answers beyond their useful attempts go to the fallback; its
///   explanation then says why.
/// - So does "the model heard no words" when the artist gave lyrics.
/// - Retryable errors below that, and errors an operator must mend, are thrown as they are.
public struct FallbackLyricsProvider: LyricsProvider {
    private let primary: any LyricsProvider
    private let fallback: any LyricsProvider
    private let logger: Logger

    /// Creates a provider of two.
    public init(
        primary: any LyricsProvider,
        fallback: any LyricsProvider,
        logger: Logger = Logger(label: "lyrics.fallback")
    ) {
        self.primary = primary
        self.fallback = fallback
        self.logger = logger
    }

    /// Lyrics from the first provider that serves the track.
    ///
    /// - Throws: ``GeminiError`` that the caller's retry policy or an operator must handle, `CancellationError`.
    public func synchronize(_ request: LyricsRequest) async throws -> LyricsOutcome {
        do {
            let outcome = try await primary.synchronize(request)
            guard case .noLyrics(let reason) = outcome else { return outcome }
            let own = try await fallback.synchronize(request)
            guard case .synced = own else { return outcome }
            return explained(own, because: reason)
        } catch let error as GeminiError where error.isFinal(atAttempt: request.attempt) {
            logger.notice("using the artist's lyrics instead of the model", metadata: ["code": "\(error.code)"])
            return explained(try await fallback.synchronize(request), because: "the model gave none (\(error.code))")
        }
    }

    private func explained(_ outcome: LyricsOutcome, because reason: String) -> LyricsOutcome {
        switch outcome {
        case .synced(var lyrics):
            lyrics.source.explanation = "The artist's own lyrics, because \(reason). \(lyrics.source.explanation)"
            return .synced(lyrics)
        case .noLyrics:
            return .noLyrics(reason: "the artist gave no lyrics and \(reason)")
        }
    }
}
