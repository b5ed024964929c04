import DurableSQLite
import GRDB
import Hummingbird
import MizzoCatalog

/// Tracks under review.
struct ReviewedTracks: ModeratedKind {
    let workflows: any PublishingWorkflows
    let views: TrackViews

    let naming = ReviewNaming(
        path: "track",
        one: "a track",
        many: "Tracks",
        order: "oldest first",
        id: .trackID,
        statuses: .choice(TrackStatus.self),
        notFound: .trackNotFound,
        stale: .trackVersionStale,
        illegalMove: .trackIllegalMove
    )
    let verdictProblems: [ProblemKind] = [.trackNotReviewable, .trackAlreadyDecided]
    let filters: [Parameter] = [
        .query("owner", .userID, "Tracks of this artist only."),
        .query("language", .string(max: 35), "Tracks in this language only."),
        .query(
            "flagged",
            .choice(["true", "false"]),
            "Only tracks that the profanity rules have marked, or have not."
        ),
    ]

    private enum Flagged: String, CaseIterable {
        case marked = "true"
        case clean = "false"
    }

    func filter(of request: Request) throws -> (TrackFilter, words: [String?]) {
        let flagged: Flagged? = try request.choice("flagged")
        let filter = TrackFilter(
            status: try request.choice("status") ?? .reviewing,
            owner: try request.text("owner", max: 255).map(UserID.init(rawValue:)),
            language: try request.text("language", max: 35)?.lowercased(),
            isFlagged: flagged.map { $0 == .marked }
        )
        return (filter, [filter.status.rawValue, filter.owner?.rawValue, filter.language, flagged?.rawValue])
    }

    func items(
        matching filter: TrackFilter,
        after position: TrackPosition?,
        limit: Int,
        in db: Database
    ) throws -> [Track] {
        try Catalog.tracks(matching: filter, after: position, limit: limit, in: db)
    }

    func position(after track: Track) -> TrackPosition { TrackPosition(after: track) }

    func id(in context: APIContext) throws -> TrackID { try context.trackID() }

    func item(_ id: TrackID, in db: Database) throws -> Track {
        guard let track = try Catalog.track(id, in: db) else { throw Problem.trackNotFound(id.rawValue) }
        return track
    }

    func tag(of track: Track) -> String { EntityTag.of(track) }

    func view(of track: Track, _ verdict: ReviewDecision?) -> TrackView {
        views.detail(track, for: .admin, decision: verdict)
    }

    func trail(of id: TrackID, in db: Database) throws -> [AuditView] {
        try Catalog.auditTrail(of: id, in: db).map(AuditView.init)
    }

    func decide(_ id: TrackID, _ verdict: ReviewDecision, in db: Database) throws {
        try Catalog.decide(id, verdict, in: db)
        try workflows.reviewDecided(
            id,
            approved: verdict.approved,
            reason: verdict.reason,
            by: verdict.admin,
            in: db
        )
    }

    func moderate(_ id: TrackID, _ step: Moderation, in db: Database) throws {
        try Catalog.moderate(id, step, in: db)
    }
}

extension Request {
    /// A query parameter of at most `max` characters; `nil` when it is not given.
    ///
    /// - Throws: 400 for a longer one.
    func text(_ name: String, max: Int) throws -> String? {
        guard let text = uri.queryParameters.get(name) else { return nil }
        guard text.unicodeScalars.count <= max else {
            throw Problem.badParameter(name, "Expected at most \(max) characters.")
        }
        return text
    }

    /// A query parameter that is one of an enumeration's values; `nil` when it is not given.
    ///
    /// - Throws: 400 for any other text.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws -> Choice? {
        guard let text = uri.queryParameters.get(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.badParameter(name, "Expected one of \(known).")
        }
        return choice
    }
}
