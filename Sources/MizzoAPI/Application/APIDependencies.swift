import DurableSQLite
import FoundationEssentials
import GRDB
import Hummingbird
import Logging
import MizzoCatalog

/// The way from the API into the workflows that review playlists and applications, inside the API's own transaction.
public protocol ReviewWorkflows: Sendable {
    /// A round of review has begun: start its workflow.
    func playlistReviewBegan(_ playlist: Playlist, in database: Database) throws
    /// An admin has decided about the playlist's round; called once per round.
    func playlistDecided(_ playlist: Playlist, _ decision: ReviewDecision, in database: Database) throws
    /// A listener has applied: start its workflow.
    func applicationReceived(_ application: ArtistApplication, in database: Database) throws
    /// An admin has decided; called once per application.
    func applicationDecided(_ application: ArtistApplication, _ decision: ReviewDecision, in database: Database) throws
}

/// The way from the API into the publishing workflow. Calls are made inside the API's own transaction, so that the rows
/// and the start or signal commit together or not at all.
public protocol PublishingWorkflows: Sendable {
    /// A ticket for a cover picture was issued: start the workflow that clears it away should no track want it.
    func posterTicketIssued(_ ticket: UploadTicket, in database: Database) throws
    /// An upload in parts was begun, whose ticket is good for so long: start the workflow that clears the parts away
    /// should they never be joined.
    func partsBegan(_ ticket: UploadTicket, lifetime: TimeInterval, in database: Database) throws
    /// Its parts were joined, or its artist has given it up, and then its parts are to be removed. Called once or more.
    func partsEnded(_ upload: UploadID, joined: Bool, in database: Database) throws
    /// The track was registered: start its workflow, or tell a waiting one.
    func trackRegistered(_ track: TrackID, in database: Database) throws
    /// An admin has decided; called once per track.
    func reviewDecided(
        _ track: TrackID,
        approved: Bool,
        reason: String?,
        by admin: UserID,
        in database: Database
    ) throws
    /// Somebody asked for lyrics again: start their workflow.
    ///
    /// - Throws: ``CatalogError/lyricsPending(_:)`` while one is at work.
    func lyricsRequested(_ track: TrackID, in database: Database) throws
}

/// The embedded object store's own HTTP surface below `/objects/{bucket}/{key…}`. Its requests carry their own
/// signature; bearer tokens do not apply to them.
public protocol EmbeddedObjectRoutes: Sendable {
    /// Answers a request of S3's protocol. Thrown errors become problem documents.
    func respond(to request: Request) async throws -> Response
}

/// What the API is wired to.
public struct APIDependencies: Sendable {
    /// The platform's database file.
    public var database: any DatabaseAccess
    /// The publishing workflow.
    public var workflows: any PublishingWorkflows & ReviewWorkflows
    /// The object store.
    public var media: any MediaStore & PartedMedia
    /// Mounted when the object store is the embedded one.
    public var objects: (any EmbeddedObjectRoutes)?
    /// Throws while the process should not be given requests; the error's text goes to the log only.
    public var readiness: @Sendable () async throws -> Void
    /// The clock.
    public var now: @Sendable () -> Date
    /// Issues identifiers that sort by time and cannot be guessed.
    public var makeUploadID: @Sendable (Date) -> UploadID
    /// Tells of commits, for whoever listens for notifications.
    public var changes = ChangeSource.silent
    /// Counts requests.
    public var metrics = RequestMetrics()
    /// Where requests are logged.
    public var logger: Logger

    /// Live clock and identifiers; everything else is the composition root's choice.
    public init(
        database: any DatabaseAccess,
        workflows: any PublishingWorkflows & ReviewWorkflows,
        media: any MediaStore & PartedMedia,
        objects: (any EmbeddedObjectRoutes)? = nil,
        readiness: @escaping @Sendable () async throws -> Void = {},
        logger: Logger
    ) {
        self.database = database
        self.workflows = workflows
        self.media = media
        self.objects = objects
        self.readiness = readiness
        self.logger = logger
        now = { Date() }
        makeUploadID = { UploadID.timeOrdered(at: $0) }
    }
}
