import Logging

/// Lets an aligner listen for the lines that a model has written, and takes its times where it heard them: a model's times
/// drift by seconds, an aligner's by hundredths. Lines that were not heard keep the model's times.
///
/// - Only English lyrics are refined, since that is what the aligner knows.
/// - The text is never changed. A result that would not be valid as a whole is dropped for the model's own.
public struct RefiningLyricsProvider: LyricsProvider {
    private let writer: any LyricsProvider
    private let aligner: any LyricsProvider
    private let limits: LyricsLimits
    private let logger: Logger

    /// - Parameters:
    ///   - writer: writes the lines, such as a model.
    ///   - aligner: times given lines, such as ``EmbeddedLyricsProvider``.
    public init(
        writer: any LyricsProvider,
        aligner: any LyricsProvider,
        limits: LyricsLimits = LyricsLimits(),
        logger: Logger = Logger(label: "lyrics.refining")
    ) {
        self.writer = writer
        self.aligner = aligner
        self.limits = limits
        self.logger = logger
    }

    /// The writer's outcome, with refined times where there are any.
    ///
    /// - Throws: what the writer throws, `CancellationError`.
    public func synchronize(_ request: LyricsRequest) async throws -> LyricsOutcome {
        let outcome = try await writer.synchronize(request)
        guard case .synced(let written) = outcome, LanguageTag.isEnglish(written.language.lowercased()),
            request.audio.filePath != nil
        else { return outcome }
        var question = request
        question.artistLyrics = written.lines.map(\.text).joined(separator: "\n")
        question.language = written.language
        guard case .synced(let heard) = try await aligner.synchronize(question),
            let refined = refined(written, by: heard, durationMilliseconds: request.durationMilliseconds)
        else { return outcome }
        return .synced(refined)
    }

    private func refined(_ written: SyncedLyrics, by heard: SyncedLyrics, durationMilliseconds: Int) -> SyncedLyrics? {
        guard heard.lines.map(\.text) == written.lines.map(\.text) else { return nil }
        let lines = Self.merged(written.lines, heard.lines)
        let count = lines.count { $0.timing == .aligned }
        guard count > 0 else { return nil }
        var result = written
        result.lines = lines
        result.source.explanation +=
            " The aligner heard \(count) of \(lines.count) lines; their times are its own."
        let validator = LyricsValidator(durationMilliseconds: durationMilliseconds, limits: limits, refusesMarkup: true)
        guard case .success(let valid) = validator.validate(result) else {
            logger.notice("refined times were not valid, keeping the model's", metadata: ["lines": "\(count)"])
            return nil
        }
        return valid
    }

    /// Heard lines as heard; the others keep their own times, cut to what the heard ones around them leave. A line that
    /// is left nothing takes the aligner's estimate.
    static func merged(_ written: [LyricsLine], _ heard: [LyricsLine]) -> [LyricsLine] {
        var lines = zip(written, heard).map { $1.timing == .aligned ? $1 : $0 }
        for index in lines.indices where lines[index].timing != .aligned {
            let earliest = index == 0 ? 0 : lines[index - 1].endMs
            let latest = lines[index...].first { $0.timing == .aligned }?.startMs ?? Int.max
            let (start, end) = (max(lines[index].startMs, earliest), min(lines[index].endMs, latest))
            if (start, end) == (lines[index].startMs, lines[index].endMs) { continue }
            if start < end {
                (lines[index].startMs, lines[index].endMs, lines[index].words) = (start, end, [])
            } else {
                lines[index] = heard[index]
            }
        }
        return lines
    }
}
