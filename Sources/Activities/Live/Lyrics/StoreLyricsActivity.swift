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
        if let lyrics = input.lyrics, let json = lyrics.document {
            let document: LyricsDocument = try Self.decoded(json)
            try complete(track, lyrics, document, try lyrics.marks.map(Self.decoded) ?? [], in: database)
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
        _ marks: [ProfanityFinding],
        in database: Database
    ) throws {
        try changingCatalog {
            try Catalog.completeLyrics(
                of: track,
                document: document,
                provider: lyrics.provider,
                reason: lyrics.explanation,
                flags: marks,
                at: now(),
                in: database
            )
        }
    }

    private static func decoded<Value: Decodable>(_ json: String) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(json.utf8))
        } catch {
            throw ApplicationError(
                "expected \(Value.self) as JSON: \(error)",
                type: "lyrics-not-decodable",
                nonRetryable: true
            )
        }
    }
}
