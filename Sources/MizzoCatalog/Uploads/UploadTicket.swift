import FoundationEssentials
import GRDB

/// What a ticket is for.
public enum UploadKind: String, Codable, Sendable, CaseIterable {
    /// An original track.
    case audio
    /// A cover picture.
    case poster
}

/// What the object store says about an uploaded object.
public struct ObjectFacts: Equatable, Sendable {
    /// The entity tag without quotes.
    public var etag: String
    /// Bytes.
    public var byteCount: Int64
    /// Lower-case hexadecimal.
    public var sha256: String?
    /// The immutable copy that everything after the upload reads; `nil` when the original key is immutable itself.
    public var pinnedKey: String?

    /// Takes facts as measured, not as the client claimed them.
    public init(etag: String, byteCount: Int64, sha256: String? = nil, pinnedKey: String? = nil) {
        self.etag = etag
        self.byteCount = byteCount
        self.sha256 = sha256
        self.pinnedKey = pinnedKey
    }
}

/// The server's permission to upload one object: the only source of identifiers and keys.
public struct UploadTicket: Equatable, Sendable {
    /// Also the track's identifier when `kind` is audio.
    public let id: UploadID
    /// Who may upload and register.
    public let owner: UserID
    /// What it is for.
    public let kind: UploadKind
    /// Where the object goes, chosen by the server.
    public let key: String
    /// What the upload must declare.
    public let contentType: String
    /// Bytes.
    public let byteCountMax: Int64
    /// From here on the ticket cannot be registered.
    public let expiresAt: Date
    /// How it is uploaded in parts; `nil` for one `PUT`.
    public let parts: UploadParts?
    /// When a track was registered with it.
    public var usedAt: Date?
    /// The uploaded object, once sealed.
    public var sealed: ObjectFacts?

    /// A fresh ticket.
    public init(
        id: UploadID,
        owner: UserID,
        kind: UploadKind,
        key: String,
        contentType: String,
        byteCountMax: Int64,
        parts: UploadParts? = nil,
        expiresAt: Date
    ) {
        self.id = id
        self.owner = owner
        self.kind = kind
        self.key = key
        self.contentType = contentType
        self.byteCountMax = byteCountMax
        self.parts = parts
        self.expiresAt = expiresAt
    }

    init(row: Row) throws {
        self.init(
            id: row["id"],
            owner: row["owner"],
            kind: try row.choice("kind"),
            key: row["objectKey"],
            contentType: row["contentType"],
            byteCountMax: row["byteCountMax"],
            parts: try UploadParts(row: row),
            expiresAt: row.date("expiresAt")
        )
        usedAt = row.optionalDate("usedAt")
        if let etag: String = row["etag"], let byteCount: Int64 = row["byteCount"] {
            sealed = ObjectFacts(etag: etag, byteCount: byteCount, sha256: row["sha256"], pinnedKey: row["pinnedKey"])
        }
    }
}

extension Catalog {
    /// Records a fresh ticket; a second one with the same id or key is a database error.
    public static func issue(_ ticket: UploadTicket, at now: Date, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO uploadTicket (
                    id, owner, kind, objectKey, contentType, byteCountMax, createdAt, expiresAt, storeUploadID,
                    partByteCount
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                ticket.id, ticket.owner, ticket.kind.rawValue, ticket.key, ticket.contentType, ticket.byteCountMax,
                now.milliseconds, ticket.expiresAt.milliseconds, ticket.parts?.storeUploadID,
                ticket.parts?.partByteCount,
            ]
        )
    }

    /// The ticket, if there is one, whoever owns it.
    public static func uploadTicket(_ id: UploadID, in db: Database) throws -> UploadTicket? {
        try Row.fetchOne(db, sql: "SELECT * FROM uploadTicket WHERE id = ?", arguments: [id])
            .map(UploadTicket.init(row:))
    }

    /// The ticket, if there is one and `owner` holds it: foreign and missing look the same.
    public static func uploadTicket(_ id: UploadID, ownedBy owner: UserID, in db: Database) throws -> UploadTicket? {
        try uploadTicket(id, in: db).flatMap { $0.owner == owner ? $0 : nil }
    }

    /// The poster ticket that `owner` holds for this key.
    public static func posterTicket(key: String, ownedBy owner: UserID, in db: Database) throws -> UploadTicket? {
        try Row.fetchOne(
            db,
            sql: "SELECT * FROM uploadTicket WHERE objectKey = ? AND owner = ? AND kind = 'poster'",
            arguments: [key, owner]
        ).map(UploadTicket.init(row:))
    }

    /// Pins what was uploaded. Repeating with the same facts changes nothing; other facts throw `upload-sealed`.
    public static func seal(_ id: UploadID, as facts: ObjectFacts, at now: Date, in db: Database) throws {
        guard let ticket = try uploadTicket(id, in: db) else { throw CatalogError.uploadNotFound(id) }
        if let earlier = ticket.sealed {
            guard earlier == facts else { throw CatalogError.uploadSealed(id) }
            return
        }
        try db.execute(
            sql: """
                UPDATE uploadTicket SET sealedAt = ?, etag = ?, byteCount = ?, sha256 = ?, pinnedKey = ? WHERE id = ?
                """,
            arguments: [now.milliseconds, facts.etag, facts.byteCount, facts.sha256, facts.pinnedKey, id]
        )
    }

    static func markUsed(_ id: UploadID, at now: Date, in db: Database) throws {
        try db.execute(
            sql: "UPDATE uploadTicket SET usedAt = coalesce(usedAt, ?) WHERE id = ?",
            arguments: [now.milliseconds, id]
        )
    }

    /// Voids a ticket of either kind that nothing was registered with: from now on it cannot be registered. Repeating
    /// changes nothing.
    ///
    /// - Returns: `false`, and changes nothing, when a track was registered with it.
    public static func abandonUpload(_ id: UploadID, at now: Date, in db: Database) throws -> Bool {
        guard let ticket = try uploadTicket(id, in: db) else { return true }
        guard ticket.usedAt == nil else { return false }
        try db.execute(
            sql: "UPDATE uploadTicket SET expiresAt = min(expiresAt, ?) WHERE id = ?",
            arguments: [now.milliseconds, id]
        )
        return true
    }

    /// Takes the cover picture off a track, tells the artist why, and writes an audit row. Without a picture nothing
    /// happens, so that a repeated step does not notify twice.
    public static func refusePoster(of id: TrackID, reason: String, at now: Date, in db: Database) throws {
        let track = try existingTrack(id, in: db)
        guard track.details.posterKey != nil else { return }
        try db.execute(
            sql: "UPDATE track SET posterKey = NULL, updatedAt = ?, version = version + 1 WHERE id = ?",
            arguments: [now.milliseconds, id]
        )
        let change = try audit(
            id,
            by: .publishing,
            from: track.status,
            to: track.status,
            reason: reason,
            note: "poster refused",
            at: now,
            in: db
        )
        let message = NotificationMessage(kind: .posterRefused, about: track, reason: reason)
        try notify(track.owner, message, occasion: "track:\(id):poster:\(change)", at: now, in: db)
    }
}
