import Glibc
public import Logging
import Synchronization
public import SystemPackage

/// Turns an untrusted audio file into two AAC variants for HTTP Live Streaming.
///
/// The result is `master.m3u8`, `high.m3u8`, `high_000.aac` …, `low.m3u8`, `low_000.aac` …: 128 and 64 kb/s AAC in
/// packed-audio segments of ten seconds (RFC 8216 section 3.4).
///
/// Guarantees:
/// - The output directory is absent or holds one whole result, whatever happens: it is renamed into place.
/// - Equal sources give equal bytes with the same decoder version, so a retry is harmless.
/// - The source is never trusted: its format comes from its bytes, its length from decoded samples, and the decoder
///   runs confined, without network, and dies with this process.
public struct AudioTranscoder: Sendable {
    private let configuration: TranscodingConfiguration
    private let logger: Logger
    private let probe: EnvironmentProbe
    private let decoders: DecoderCount

    /// Creates a transcoder. The machine is examined at the first use, once.
    public init(configuration: TranscodingConfiguration = .init(), logger: Logger) {
        self.init(configuration: configuration, logger: logger, decoders: DecoderCount())
    }

    init(configuration: TranscodingConfiguration, logger: Logger, decoders: DecoderCount) {
        self.configuration = configuration
        self.decoders = decoders
        self.logger = logger
        probe = EnvironmentProbe(configuration: configuration, logger: logger)
    }

    /// What this machine offers; call it at start-up to fail early.
    /// - Throws: `ffmpeg-missing` or `sandbox-unavailable`.
    public func environment() async throws(TranscodingError) -> TranscodingEnvironment {
        try await probe.find().environment
    }

    /// Transcodes `source` into `directory`.
    ///
    /// The parent of `directory` must exist. An equal result in `directory` is kept, another one replaced as a whole.
    /// Cancelling the task kills the decoders and everything they started, removes what was written, and throws
    /// `cancelled`.
    /// - Parameters:
    ///   - source: The audio file; any name.
    ///   - directory: An absolute path.
    ///   - onProgress: Called with increasing values, never twice at the same time.
    /// - Throws: ``TranscodingError``; the output directory is then as it was before.
    public func transcode(
        source: FilePath,
        into directory: FilePath,
        onProgress: @escaping @Sendable (TranscodingProgress) -> Void = { _ in }
    ) async throws(TranscodingError) -> TranscodedAudio {
        let source = try Self.resolve(source)
        let survey = try SourceInspection.survey(source, sourceBytesMax: configuration.sourceBytesMax)
        try checkLength(survey.declaredSeconds ?? 0, "the file declares")
        let finding = try await probe.find()
        let staging = try StagingDirectory(beside: directory)
        defer { staging.discard() }

        let meter = Mutex(ProgressMeter(declaredSeconds: survey.declaredSeconds))
        onProgress(meter.withLock(\.latest))
        let messages = try await decode(source, survey, finding, staging.work) { seconds in
            if let progress = meter.withLock({ $0.advance(toSeconds: seconds) }) { onProgress(progress) }
        }
        let audio = try assemble(survey, staging, loudness: DecoderReport.loudness(in: messages))
        guard !Task.isCancelled else {
            throw TranscodingError(.cancelled, detail: "cancelled before the result was put into place")
        }
        try staging.publish(audio.publishingOrder)
        onProgress(TranscodingProgress(percent: 100, encodedSeconds: Double(audio.durationMilliseconds) / 1_000))
        return audio
    }

    /// Runs the decoders side by side; the first one that fails ends the others. Returns what the one that measures has
    /// reported: the messages of the others hold nothing but what the file says of itself.
    private func decode(
        _ source: FilePath,
        _ survey: SourceSurvey,
        _ finding: EnvironmentProbe.Finding,
        _ work: FilePath,
        _ onPosition: @escaping @Sendable (Double) -> Void
    ) async throws(TranscodingError) -> String {
        let count = decoders.begin()
        defer { decoders.end(count) }
        let plans = DecodingPlan(
            format: survey.format,
            source: finding.isolation.visibleSource(source),
            durationLimit: configuration.durationLimit,
            graphOption: finding.graphOption
        ).split(over: count)
        let processes = plans.map { DecoderProcess($0, in: finding.isolation, source: source, work: work) }
        do {
            return try await DecoderProcess.run(processes, onPosition: onPosition).last?.messages ?? ""
        } catch {
            if error.code != .cancelled {
                logger.notice("audio decoder failed", metadata: ["code": "\(error.code.rawValue)"])
            }
            throw error
        }
    }

    private func assemble(
        _ survey: SourceSurvey,
        _ staging: StagingDirectory,
        loudness: Loudness
    ) throws(TranscodingError) -> TranscodedAudio {
        let wave = try WaveformBuilder.fold(staging.work.appending(DecodingPlan.waveFile))
        let seconds = Double(wave.samples) / Double(WaveformBuilder.sampleRate)
        guard wave.samples > 0 else {
            throw TranscodingError(.decoderFailed, detail: "the decoder produced no sample and no error")
        }
        try checkLength(seconds, "decoded")
        if let declared = survey.declaredSeconds, seconds < 0.98 * declared - Self.encoderDelayTolerance {
            throw TranscodingError(.truncated, detail: "decoded \(seconds) s of \(declared) s declared")
        }
        let package = try HLSPackager(work: staging.work, result: staging.result).assemble()
        var audio = TranscodedAudio(
            sourceFormat: survey.format,
            sourceByteCount: survey.byteCount,
            durationMilliseconds: (wave.samples * 1_000 + WaveformBuilder.sampleRate / 2) / WaveformBuilder.sampleRate,
            renditions: package.renditions,
            playlists: package.playlists,
            loudness: loudness,
            waveform: wave.waveform,
            totalByteCount: 0
        )
        audio.totalByteCount = audio.publishingOrder.reduce(0) { $0 + $1.byteCount }
        return audio
    }

    /// Declared lengths count the encoder's delay and padding, which decoders drop: at most two MP3 frames and the
    /// decoder delay of 529 samples at the lowest rate of 8 kHz.
    private static let encoderDelayTolerance = 0.22

    private func checkLength(_ seconds: Double, _ who: String) throws(TranscodingError) {
        let limit = configuration.durationLimit.components.seconds
        guard seconds > Double(limit) else { return }
        throw TranscodingError(
            .tooLong,
            detail: "\(who) \(seconds) s, the limit is \(limit) s",
            artistMessage: "The recording is longer than \(limit / 60) minutes. Please split it into shorter tracks."
        )
    }

    private static func resolve(_ source: FilePath) throws(TranscodingError) -> FilePath {
        guard let resolved = realpath(source.string, nil) else {
            throw .system("find source", source, errno, otherwise: .sourceUnreadable)
        }
        defer { free(resolved) }
        return FilePath(String(cString: resolved))
    }
}
