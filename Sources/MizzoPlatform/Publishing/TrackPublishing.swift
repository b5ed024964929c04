import ActivityContracts
import GRDB
import MizzoAPI
import MizzoCatalog
import MizzoWorkflows
import WorkflowEngine

/// The way from the API and the upload queue into the publishing workflows, inside the caller's transaction.
struct TrackPublishing: PublishingWorkflows {
    let client: WorkflowClient
    let timing: FlowTiming

    /// One run per track, ever: a second one would publish twice.
    static let once = StartOptions(reusePolicy: .rejectDuplicate, conflictPolicy: .useExisting)

    private func input(_ track: TrackID) -> PublishTrack.Input {
        PublishTrack.Input(
            trackID: track.rawValue,
            arrivalSeconds: timing.arrivalSeconds,
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

    func trackRegistered(_ track: TrackID, in database: Database) throws {
        try client.signalWithStart(
            PublishTrack.self,
            id: PublishTrack.id(trackID: track.rawValue),
            input: input(track),
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
                input: input(track),
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
