import FoundationEssentials
import Logging

/// Times the artist's own lyrics against the audio on this machine: no key, no network.
///
/// English lyrics are aligned with pocketsphinx where it is installed; otherwise, or when alignment fails, lines are
/// spread over the audio and marked `estimated`. The result says which. It never invents lyrics, and never throws for
/// bad audio or a missing program: only cancellation throws.
public struct EmbeddedLyricsProvider: LyricsProvider {
    /// The reason given when there is nothing to time.
    public static let noLyricsReason = "the artist gave no lyrics and no transcription service is configured"

    private let toolchain: EmbeddedToolchain
    private let limits: LyricsLimits
    private let logger: Logger

    /// Creates a provider; nothing is started.
    public init(
        toolchain: EmbeddedToolchain = EmbeddedToolchain(),
        limits: LyricsLimits = LyricsLimits(),
        logger: Logger = Logger(label: "lyrics.embedded")
    ) {
        self.toolchain = toolchain
        self.limits = limits
        self.logger = logger
    }

    /// Times the artist's lyrics, or says that there are none.
    ///
    /// - Throws: `CancellationError` only.
    public func synchronize(_ request: LyricsRequest) async throws -> LyricsOutcome {
        let lyrics = ArtistLyrics(request.artistLyrics)
        guard !lyrics.lines.isEmpty else { return .noLyrics(reason: Self.noLyricsReason) }
        let hearing = try await listen(to: lyrics, request)
        try Task.checkCancellation()
        if case .aligned(let lines) = hearing.finding {
            let aligned = SyncedLyrics(language: "en", source: alignedSource(lines), lines: lines)
            if case .success(let valid) = validator(request).validate(aligned) { return .synced(valid) }
        }
        return estimate(lyrics, request, within: hearing.bounds, because: hearing.reason)
    }

    private func listen(to lyrics: ArtistLyrics, _ request: LyricsRequest) async throws -> Hearing {
        do {
            return try await withScratchDirectory(under: toolchain.scratchDirectory) { directory in
                let duration = request.durationMilliseconds
                let audio = try await SpeechAudio.decode(
                    request.audio,
                    durationMs: duration,
                    with: toolchain,
                    in: directory
                )
                let bounds = SoundBounds(of: audio)
                do {
                    let lines = try await align(lyrics, audio, request, within: bounds, in: directory)
                    return Hearing(bounds: bounds, finding: .aligned(lines))
                } catch let failure as AlignmentFailure {
                    return Hearing(bounds: bounds, finding: .notAligned(failure.description))
                } catch let failure as ToolFailure {
                    return Hearing(bounds: bounds, finding: .notAligned(failure.description))
                }
            }
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            try Task.checkCancellation()
            let reason = (error as? ToolFailure)?.description ?? "the audio could not be prepared"
            logger.warning("audio not decoded, lyrics will be estimated", metadata: ["reason": "\(reason)"])
            return Hearing(bounds: nil, finding: .notAligned(reason))
        }
    }

    private func align(
        _ lyrics: ArtistLyrics,
        _ audio: SpeechAudio,
        _ request: LyricsRequest,
        within bounds: SoundBounds?,
        in directory: String
    ) async throws -> [LyricsLine] {
        let language = LanguageTag.normalized(request.language)
        guard language == "und" || LanguageTag.isEnglish(language) else { throw AlignmentFailure.notEnglish }
        guard let bounds else { throw AlignmentFailure.silent }
        guard request.durationMilliseconds <= toolchain.alignedMinutesMax * 60_000 else {
            throw AlignmentFailure.tooLong(minutesMax: toolchain.alignedMinutesMax)
        }
        let aligner = ForcedAligner(toolchain: toolchain, logger: logger)
        let within = SoundBounds(startMs: bounds.startMs, endMs: min(bounds.endMs, request.durationMilliseconds))
        return try await aligner.align(
            lyrics,
            to: audio,
            within: within,
            requiringKnownWords: language == "und",
            in: directory
        )
    }

    private func estimate(
        _ lyrics: ArtistLyrics,
        _ request: LyricsRequest,
        within bounds: SoundBounds?,
        because reason: String
    ) -> LyricsOutcome {
        let end = min(bounds?.endMs ?? Int.max, request.durationMilliseconds)
        let start = min(bounds?.startMs ?? 0, max(0, end))
        guard let lines = ProportionalTiming.lines(lyrics, over: SoundBounds(startMs: start, endMs: end)) else {
            return .noLyrics(reason: "the audio is too short for the artist's lyrics")
        }
        let explanation =
            "Estimated, not heard: the artist's lines are spread over the audio in proportion to their length, because "
            + "\(reason). Correct the times before publishing."
        let source = LyricsSource(provider: .proportional, explanation: explanation)
        let language = LanguageTag.normalized(request.language)
        switch validator(request).validate(SyncedLyrics(language: language, source: source, lines: lines)) {
        case .success(let valid): return .synced(valid)
        case .failure(let problems): return .noLyrics(reason: "the artist's lyrics cannot be used: \(problems)")
        }
    }

    private func alignedSource(_ lines: [LyricsLine]) -> LyricsSource {
        let estimated = lines.count { $0.timing == .estimated }
        let share = estimated == 0 ? "all \(lines.count) lines" : "\(lines.count - estimated) of \(lines.count) lines"
        let rest = estimated == 0 ? "" : ", the others are estimated between their neighbours"
        let explanation =
            "The artist's lyrics were aligned with the audio by pocketsphinx (English): \(share) were heard\(rest). "
            + "Draft times: check them by ear."
        return LyricsSource(provider: .aligner, explanation: explanation)
    }

    private func validator(_ request: LyricsRequest) -> LyricsValidator {
        LyricsValidator(durationMilliseconds: request.durationMilliseconds, limits: limits)
    }
}

extension EmbeddedLyricsProvider {
    private struct Hearing: Sendable {
        enum Finding: Sendable {
            case aligned([LyricsLine])
            case notAligned(String)
        }

        let bounds: SoundBounds?
        let finding: Finding

        var reason: String {
            switch finding {
            case .aligned: "the aligned times were not plausible"
            case .notAligned(let reason): reason
            }
        }
    }
}
