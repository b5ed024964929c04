import ActivityContracts
import FoundationEssentials
import GRDB
import MizzoCatalog
import WorkflowEngine

/// Closes the track's lyrics record: `COMPLETED` with the document, which notifies the artist, or `FAILED` with the reason.
public struct StoreLyricsActivity: TransactionalActivity {
    /// Name and types.
    public typealias Contract = StoreLyrics
    private let now: @Sendable () -> Date

    /// Takes the time of the change from `now`.
    public init(now: @escaping @Sendable () -> Date = { Date() }) { self.now = now }

    /// See ``StoreLyricsActivity``.
    public func execute(
        _ input: StoreLyrics.Input,
        in database: Database,
        context: ActivityContext
    ) throws -> Nothing {
        let track = try TrackID(checking: input.trackID)
        let document = try input.lyrics?.document.map(Self.document)
        try changingCatalog {
            if let lyrics = input.lyrics, let document {
                try Catalog.completeLyrics(
                    of: track,
                    document: document,
                    provider: lyrics.provider,
                    reason: lyrics.explanation,
                    at: now(),
                    in: database
                )
            } else {
                let reason = input.failure ?? input.lyrics?.explanation ?? "the lyrics could not be made"
                try Catalog.failLyrics(
                    of: track,
                    reason: reason,
                    provider: input.lyrics?.provider,
                    at: now(),
                    in: database
                )
            }
        }
        return Nothing()
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
