import ActivityContracts
import FoundationEssentials
import GRDB
import MizzoAPI
import MizzoCatalog
import MizzoWorkflows
import WorkflowEngine

/// The way from the API and the upload queue into the publishing workflows, inside the caller's transaction.
struct TrackPublishing: PublishingWorkflows {
    let client: WorkflowClient
    let timing: FlowTiming
    var now: @Sendable () -> Date = { Date() }

    /// One run per track, ever: a second one would publish twice.
    static let once = StartOptions(reusePolicy: .rejectDuplicate, conflictPolicy: .useExisting)

    /// The wait for what is missing begins when an upload in parts runs out: it may take a day, and then also its registration.
    func input(_ track: TrackID, in database: Database) throws -> PublishTrack.Input {
        let ticket = try Catalog.uploadTicket(UploadID(audioOf: track), in: database)
        let rest = ticket.flatMap { $0.parts == nil ? nil : $0.expiresAt.timeIntervalSince(now()) } ?? 0
        return PublishTrack.Input(
            trackID: track.rawValue,
            arrivalSeconds: timing.arrivalSeconds + Int(max(0, rest)),
            review: timing.review
        )
    }

    func posterTicketIssued(_ ticket: UploadTicket, in database: Database) throws {
        let upload = ticket.id.rawValue
        try client.start(
            ExpirePoster.self,
            id: ExpirePoster.id(uploadID: upload),
            input: ExpirePoster.Input(uploadID: upload, waitSeconds: timing.arrivalSeconds),
            options: Self.once,
            in: database
        )
    }

    /// Longer than the ticket, by what its last URLs may outlive it and a slow last part.
    private static let partsGraceSeconds = 3600

    func partsBegan(_ ticket: UploadTicket, lifetime: TimeInterval, in database: Database) throws {
        let upload = ticket.id.rawValue
        try client.start(
            CollectParts.self,
            id: CollectParts.id(uploadID: upload),
            input: CollectParts.Input(uploadID: upload, waitSeconds: Int(lifetime) + Self.partsGraceSeconds),
            options: Self.once,
            in: database
        )
    }

    func partsEnded(_ upload: UploadID, joined: Bool, in database: Database) throws {
        do {
            try client.handle(CollectParts.self, id: CollectParts.id(uploadID: upload.rawValue))
                .signal(CollectParts.ended, joined ? .joined : .discarded, requestID: "ended", in: database)
        } catch let error as EngineError where error.code == "workflow-closed" {
            // It heard the same before, or its time was over.
        }
    }

    func trackRegistered(_ track: TrackID, in database: Database) throws {
        try client.signalWithStart(
            PublishTrack.self,
            id: PublishTrack.id(trackID: track.rawValue),
            input: input(track, in: database),
            signal: PublishTrack.registered,
            value: Nothing(),
            options: Self.once,
            signalRequestID: "registered",
            in: database
        )
    }

    func reviewDecided(
        _ track: TrackID,
        approved: Bool,
        reason: String?,
        by admin: UserID,
        in database: Database
    ) throws {
        let decision = ActivityContracts.ReviewDecision(
            approved: approved,
            reason: reason,
            administrator: admin.rawValue
        )
        try client.handle(PublishTrack.self, id: PublishTrack.id(trackID: track.rawValue))
            .signal(PublishTrack.review, decision, requestID: "review", in: database)
    }

    /// The audio has arrived.
    ///
    /// - Returns: `false` when the track's run has ended: there is nobody to tell.
    func trackUploaded(_ track: TrackID, _ object: UploadedObject, in database: Database) throws -> Bool {
        do {
            try client.signalWithStart(
                PublishTrack.self,
                id: PublishTrack.id(trackID: track.rawValue),
                input: input(track, in: database),
                signal: PublishTrack.uploaded,
                value: object,
                options: Self.once,
                signalRequestID: "uploaded/\(object.entityTag)",
                in: database
            )
            return true
        } catch let error as EngineError where error.code == "workflow-already-started" {
            return false
        }
    }

    func lyricsRequested(_ track: TrackID, in database: Database) throws {
        do {
            try client.start(
                SyncLyrics.self,
                id: SyncLyrics.id(trackID: track.rawValue),
                input: TrackReference(trackID: track.rawValue),
                options: StartOptions(conflictPolicy: .fail),
                in: database
            )
        } catch let error as EngineError where error.code == "workflow-already-started" {
            throw CatalogError.lyricsPending(track)
        }
    }

    /// Starts the lyrics of a track; those that are being made go on.
    func startLyrics(_ track: TrackID, in database: Database) throws {
        try client.start(
            SyncLyrics.self,
            id: SyncLyrics.id(trackID: track.rawValue),
            input: TrackReference(trackID: track.rawValue),
            options: StartOptions(conflictPolicy: .useExisting),
            in: database
        )
    }
}
