import FoundationEssentials
import GRDB

/// The part of a track that people write.
public struct TrackDetails: Equatable, Sendable {
    /// As shown to listeners.
    public var title: String
    /// In the platform's naming, such as `english`.
    public var language: String
    /// Seconds, as the artist claims.
    public var duration: Int
    /// Free words.
    public var tags: [String]
    /// The artist's own text, not synchronised.
    public var lyricsText: String?
    /// Object key of the cover picture.
    public var posterKey: String?
    /// Artists besides the owner.
    public var secondaryArtists: [UserID]

    /// Takes details as already validated.
    public init(
        title: String,
        language: String,
        duration: Int,
        tags: [String],
        lyricsText: String? = nil,
        posterKey: String? = nil,
        secondaryArtists: [UserID] = []
    ) {
        self.title = title
        self.language = language
        self.duration = duration
        self.tags = tags
        self.lyricsText = lyricsText
        self.posterKey = posterKey
        self.secondaryArtists = secondaryArtists
    }
}

/// A track with everything the platform knows about it.
public struct Track: Equatable, Sendable {
    /// Also names its objects.
    public let id: TrackID
    /// The artist who uploaded it.
    public let owner: UserID
    /// What people wrote.
    public var details: TrackDetails
    /// Profanity findings that an admin should see.
    public var contentFlags: [ProfanityFinding]
    /// Where it stands.
    public var status: TrackStatus
    /// A sentence for the artist about the status.
    public var statusReason: String?
    /// Transcoding, 0 to 100.
    public var progress: Int
    /// Measurements, once there are any.
    public var audioFacts: AudioFacts?
    /// The canonical registration request; equal text means a retry.
    public let registration: String
    /// When it was registered.
    public let createdAt: Date
    /// The last change of any field.
    public var updatedAt: Date
    /// Grows by one with every change.
    public var version: Int64

    init(row: Row) throws {
        id = row["id"]
        owner = row["owner"]
        details = TrackDetails(
            title: row["title"],
            language: row["language"],
            duration: row["duration"],
            tags: try row.json("tags"),
            lyricsText: row["lyricsText"],
            posterKey: row["posterKey"],
            secondaryArtists: try row.json("secondaryArtists")
        )
        contentFlags = try row.json("contentFlags")
        status = try row.choice("status")
        statusReason = row["statusReason"]
        progress = row["progress"]
        audioFacts = try row.optionalJSON("audioFacts")
        registration = row["registration"]
        createdAt = row.date("createdAt")
        updatedAt = row.date("updatedAt")
        version = row["version"]
    }
}
