import FoundationEssentials
import GRDB

extension Catalog {
    /// Creates the application as REVIEWING with its audit row.
    ///
    /// - Throws: ``CatalogError/applicationNotPossible(_:reason:)`` for anybody but a listener without an open one.
    public static func apply(
        _ id: ApplicationID,
        applicant: UserID,
        form: ApplicationForm,
        flags: [ProfanityFinding] = [],
        at now: Date,
        in db: Database
    ) throws -> ArtistApplication {
        try checkMayApply(applicant, in: db)
        try db.execute(
            sql: """
                INSERT INTO artistApplication
                    (id, applicant, artistName, statement, contentFlags, status, createdAt, updatedAt)
                VALUES (?, ?, ?, ?, ?, 'REVIEWING', ?, ?)
                """,
            arguments: [
                id, applicant, form.artistName, form.statement, try jsonText(flags), now.milliseconds,
                now.milliseconds,
            ]
        )
        let created = StatusChange(to: ApplicationStatus.reviewing.rawValue, note: "created")
        try audit(.application(id), created, by: .user(applicant), at: now, in: db)
        return try existingApplication(id, in: db)
    }

    private static func checkMayApply(_ applicant: UserID, in db: Database) throws {
        guard try user(applicant, in: db)?.role == .listener else {
            throw CatalogError.applicationNotPossible(applicant, reason: "only a listener can become an artist")
        }
        guard try applications(of: applicant, standing: .reviewing, after: nil, limit: 1, in: db).isEmpty else {
            throw CatalogError.applicationNotPossible(applicant, reason: "an earlier application is under review")
        }
    }

    /// Replaces what the applicant wrote, while nobody has decided.
    ///
    /// - Throws: ``CatalogError/staleSubject(_:expected:actual:)``, ``CatalogError/alreadyDecided(_:status:earlier:)``.
    public static func editApplication(
        _ id: ApplicationID,
        form: ApplicationForm,
        flags: [ProfanityFinding],
        expected: Int64,
        at now: Date,
        in db: Database
    ) throws -> ArtistApplication {
        let before = try existingApplication(id, in: db)
        if let earlier = try decision(on: .application(id), round: 1, in: db) {
            throw CatalogError.alreadyDecided(.application(id), status: before.status.rawValue, earlier: earlier)
        }
        try checkVersion(before, expected)
        try db.execute(
            sql: """
                UPDATE artistApplication SET artistName = ?, statement = ?, contentFlags = ?, updatedAt = ?,
                    version = version + 1 WHERE id = ?
                """,
            arguments: [form.artistName, form.statement, try jsonText(flags), now.milliseconds, id]
        )
        let edited = StatusChange(from: before.status.rawValue, to: before.status.rawValue, note: "edited")
        try audit(.application(id), edited, by: .user(before.applicant), at: now, in: db)
        return try existingApplication(id, in: db)
    }

    private static func checkVersion(_ application: ArtistApplication, _ expected: Int64) throws {
        guard application.version != expected else { return }
        throw CatalogError.staleSubject(.application(application.id), expected: expected, actual: application.version)
    }

    /// Records an admin's verdict, once. The workflow that waits for it carries it out; it has to learn of the verdict
    /// in the same transaction.
    ///
    /// - Throws: ``CatalogError/notFound(_:)``, ``CatalogError/alreadyDecided(_:status:earlier:)``.
    public static func decideApplication(
        _ id: ApplicationID,
        _ decision: ReviewDecision,
        in db: Database
    ) throws -> ArtistApplication {
        let application = try existingApplication(id, in: db)
        try record(decision, on: .application(id), round: 1, status: application.status.rawValue, in: db)
        return application
    }

    /// Carries a verdict out: the status, the artist role and name when it was approved, the audit row and the
    /// applicant's notification, all or nothing. A repeated call does nothing.
    public static func applyApplicationDecision(
        _ id: ApplicationID,
        _ decision: ReviewDecision,
        at now: Date,
        in db: Database
    ) throws {
        let application = try existingApplication(id, in: db)
        let status: ApplicationStatus = decision.approved ? .approved : .rejected
        guard application.status != status else { return }
        try application.status.checkMove(to: status, of: .application(id))
        try db.execute(
            sql: """
                UPDATE artistApplication SET status = ?, statusReason = ?, updatedAt = ?, version = version + 1
                WHERE id = ?
                """,
            arguments: [status.rawValue, decision.reason, now.milliseconds, id]
        )
        if status == .approved { try makeArtist(application, in: db) }
        let change = StatusChange(from: application.status.rawValue, to: status.rawValue, reason: decision.reason)
        let transition = try audit(.application(id), change, by: .user(decision.admin), at: now, in: db)
        let message = NotificationMessage(about: application, decision)
        try notify(application.applicant, message, occasion: "status:\(transition)", at: now, in: db)
    }

    /// An admin who applied as a listener keeps the higher role.
    private static func makeArtist(_ application: ArtistApplication, in db: Database) throws {
        try db.execute(
            sql: "UPDATE user SET role = 'artist', name = ? WHERE id = ? AND role = 'listener'",
            arguments: [application.form.artistName, application.applicant]
        )
    }
}

extension NotificationMessage {
    fileprivate init(about application: ArtistApplication, _ decision: ReviewDecision) {
        self.init(
            kind: decision.approved ? .applicationApproved : .applicationRejected,
            subject: .application(application.id),
            title: application.form.artistName,
            reason: decision.reason
        )
    }
}
