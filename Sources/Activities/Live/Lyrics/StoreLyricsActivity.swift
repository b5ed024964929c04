import ActivityContracts
import FoundationEssentials
import GRDB
import MizzoCatalog
import WorkflowEngine

/// Closes the track's lyrics record: `COMPLETED` with the document, which notifies the artist, or `FAILED` with the reason.
public struct StoreLyricsActivity: TransactionalActivity {
    /// Name and types.
    public typealias Contract = StoreLyrics
    private let profanity: ProfanityCheck
    private let now: @Sendable () -> Date

    /// Marks lines for the admin by `profanity`; takes the time of the change from `now`.
    public init(
        profanity: ProfanityCheck = ProfanityCheck(rules: .starter),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.profanity = profanity
        self.now = now
    }

    /// See ``StoreLyricsActivity``.
    public func execute(
        _ input: StoreLyrics.Input,
        in database: Database,
        context: ActivityContext
    ) throws -> Nothing {
        let track = try TrackID(checking: input.trackID)
        if let lyrics = input.lyrics, let json = lyrics.document {
            try complete(track, lyrics, try Self.document(json), in: database)
        } else {
            let reason = input.failure ?? input.lyrics?.explanation ?? "the lyrics could not be made"
            let provider = input.lyrics?.provider
            try changingCatalog {
                try Catalog.failLyrics(of: track, reason: reason, provider: provider, at: now(), in: database)
            }
        }
        return Nothing()
    }

    private func complete(
        _ track: TrackID,
        _ lyrics: SynchronizeLyrics.Output,
        _ document: LyricsDocument,
        in database: Database
    ) throws {
        try changingCatalog {
            try Catalog.completeLyrics(
                of: track,
                document: document,
                provider: lyrics.provider,
                reason: lyrics.explanation,
                flags: profanity.findings(in: document),
                at: now(),
                in: database
            )
        }
    }

    private static func document(_ json: String) throws -> LyricsDocument {
        do {
            return try JSONDecoder().decode(LyricsDocument.self, from: Data(json.utf8))
        } catch {
            throw ApplicationError(
                "the lyrics are no lyrics document: \(error)",
                type: "lyrics-not-decodable",
                nonRetryable: true
            )
        }
    }
}
