import ActivityContracts
import FoundationEssentials
import GRDB
import MizzoCatalog
import WorkflowEngine

/// Moves the track to `REVIEWING`, stores its measurements and starts its lyrics, all or nothing.
public struct RequestReviewActivity: TransactionalActivity {
    /// Name and types.
    public typealias Contract = RequestReview
    /// Starts the lyrics workflow of a track in the given transaction.
    public typealias LyricsStart = @Sendable (TrackID, Database) throws -> Void

    private let startLyrics: LyricsStart
    private let now: @Sendable () -> Date

    /// Takes the time of the change from `now`.
    public init(startLyrics: @escaping LyricsStart, now: @escaping @Sendable () -> Date = { Date() }) {
        self.startLyrics = startLyrics
        self.now = now
    }

    /// See ``RequestReviewActivity``.
    public func execute(
        _ input: RequestReview.Input,
        in database: Database,
        context: ActivityContext
    ) throws -> Nothing {
        let track = try TrackID(checking: input.trackID)
        try changingCatalog {
            try Catalog.setAudioFacts(AudioFacts(input.audio), of: track, at: now(), in: database)
            try Catalog.moveTrack(track, to: .reviewing, by: .publishing, at: now(), in: database)
        }
        try startLyrics(track, database)
        return Nothing()
    }
}

extension AudioFacts {
    fileprivate init(_ audio: TranscodeTrack.Output) {
        self.init()
        durationSeconds = Double(audio.durationMilliseconds) / 1000
        integratedLoudness = audio.loudness
        truePeak = audio.truePeak
        loudnessRange = audio.loudnessRange
    }
}
