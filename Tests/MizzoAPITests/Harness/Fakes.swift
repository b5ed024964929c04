import DurableSQLite
import Foundation
import GRDB
import MizzoAPI
import MizzoCatalog
import NIOCore
import Synchronization

/// A database in memory.
struct QueueDatabase: DatabaseAccess {
    let queue: DatabaseQueue

    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await queue.write(body)
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await queue.read(body)
    }
}

/// Records calls as rows: a call in a transaction that rolls back leaves none.
struct RecordingWorkflows: PublishingWorkflows, ReviewWorkflows {
    struct Refusal: Error {}
    var refuses = false

    static func createTable(in db: Database) throws {
        try db.execute(sql: "CREATE TABLE workflowCall (name TEXT, trackID TEXT, trackSeen INTEGER)")
    }

    func posterTicketIssued(_ ticket: UploadTicket, in database: Database) throws {
        try record("poster", ticket.id.rawValue, try Catalog.uploadTicket(ticket.id, in: database) != nil, database)
    }

    func partsBegan(_ ticket: UploadTicket, lifetime: TimeInterval, in database: Database) throws {
        let isIssued = try Catalog.uploadTicket(ticket.id, in: database) != nil
        try record("parts \(Int(lifetime))", ticket.id.rawValue, isIssued, database)
    }

    func partsEnded(_ upload: UploadID, joined: Bool, in database: Database) throws {
        try record(joined ? "joined" : "discarded", upload.rawValue, true, database)
    }

    func trackRegistered(_ track: TrackID, in database: Database) throws {
        try record("registered", track, database)
    }

    func reviewDecided(
        _ track: TrackID,
        approved: Bool,
        reason: String?,
        by admin: UserID,
        in database: Database
    ) throws {
        try record(approved ? "approved" : "rejected", track, database)
    }

    func lyricsRequested(_ track: TrackID, in database: Database) throws {
        try record("lyrics", track, database)
    }

    func playlistReviewBegan(_ playlist: Playlist, in database: Database) throws {
        try record("round \(playlist.round)", playlist.id.rawValue, true, database)
    }

    func playlistDecided(_ playlist: Playlist, _ decision: ReviewDecision, in database: Database) throws {
        try record(decision.approved ? "approved" : "rejected", playlist.id.rawValue, true, database)
    }

    func applicationReceived(_ application: ArtistApplication, in database: Database) throws {
        try record("applied", application.id.rawValue, true, database)
    }

    func applicationDecided(
        _ application: ArtistApplication,
        _ decision: ReviewDecision,
        in database: Database
    ) throws {
        try record(decision.approved ? "approved" : "rejected", application.id.rawValue, true, database)
    }

    private func record(_ name: String, _ track: TrackID, _ database: Database) throws {
        try record(name, track.rawValue, try Catalog.track(track, in: database) != nil, database)
    }

    private func record(_ name: String, _ subject: String, _ seen: Bool, _ database: Database) throws {
        try database.execute(sql: "INSERT INTO workflowCall VALUES (?, ?, ?)", arguments: [name, subject, seen])
        if refuses { throw Refusal() }
    }
}

/// Objects in memory, streamed in small chunks.
final class MemoryMedia: MediaStore {
    /// Uploads in parts that are neither joined nor discarded, by their keys.
    let uploads = Mutex<[String: [StoredPart]]>([:])
    /// How many of the next joins find that parts were replaced.
    let staleJoins = Mutex(0)
    /// Whether the store can be reached.
    let isDown = Mutex(false)
    private let objects = Mutex<[String: [UInt8]]>([:])
    private let grants = Mutex<[UploadGrant]>([])
    private let keys = Mutex<[String]>([])
    /// Of every object.
    let modifiedAt = Mutex<Date?>(nil)
    /// Whether clients may fetch from the store.
    let hasLinks = Mutex(false)

    /// Every key that was asked for, found or not.
    var asked: [String] { keys.withLock { $0 } }

    var granted: [UploadGrant] { grants.withLock { $0 } }

    func put(_ key: String, _ bytes: [UInt8]) { objects.withLock { $0[key] = bytes } }

    func presign(_ grant: UploadGrant) async throws -> PresignedUpload {
        grants.withLock { $0.append(grant) }
        return PresignedUpload(url: "https://store/\(grant.key)?sig=1", headers: ["content-type": grant.contentType])
    }

    private static func link(to key: String) -> MediaObject.Link {
        { lifetime in "https://store/\(key)?seconds=\(lifetime.components.seconds)" }
    }

    func object(_ key: String) async throws -> MediaObject? {
        keys.withLock { $0.append(key) }
        guard let bytes = objects.withLock({ $0[key] }) else { return nil }
        let source = MediaObject.Source.stream { range in
            let part = bytes[Int(range.lowerBound)..<Int(range.upperBound)]
            return AsyncThrowingStream<ByteBuffer, any Error> { continuation in
                for start in stride(from: part.startIndex, to: part.endIndex, by: 7) {
                    continuation.yield(ByteBuffer(bytes: part[start..<min(start + 7, part.endIndex)]))
                }
                continuation.finish()
            }
        }
        return MediaObject(
            size: Int64(bytes.count),
            etag: "etag-\(key.count)-\(bytes.count)",
            modifiedAt: modifiedAt.withLock { $0 },
            source: source,
            link: hasLinks.withLock { $0 } ? Self.link(to: key) : nil
        )
    }
}

extension MemoryMedia: PartedMedia {
    func beginParts(_ key: String, contentType: String) async throws -> PartedUpload {
        uploads.withLock { $0[key] = [] }
        return PartedUpload(key: key, id: "of \(key)")
    }

    func presign(_ part: PartGrant, of upload: PartedUpload) async throws -> PresignedUpload {
        let terms = "part=\(part.number)&bytes=\(part.byteCount)&until=\(Int(part.expiresAt.timeIntervalSince1970))"
        return PresignedUpload(url: "https://store/\(upload.key)?\(terms)", headers: [:])
    }

    func parts(of upload: PartedUpload) async throws -> [StoredPart]? {
        struct Unreachable: Error {}
        if isDown.withLock({ $0 }) { throw MediaStoreUnavailable(Unreachable()) }
        return uploads.withLock { $0[upload.key] }
    }

    func join(_ parts: [StoredPart], of upload: PartedUpload) async throws -> Bool {
        let isStale = staleJoins.withLock { count in
            defer { count = max(0, count - 1) }
            return count > 0
        }
        guard !isStale else { return false }
        guard uploads.withLock({ $0.removeValue(forKey: upload.key) }) != nil else { return true }
        put(upload.key, [UInt8](repeating: 7, count: Int(parts.map(\.byteCount).reduce(0, +))))
        return true
    }

    /// A part arrives, in place of an earlier one.
    func receive(_ number: Int, byteCount: Int64, of key: String) {
        uploads.withLock { uploads in
            uploads[key]?.removeAll { $0.number == number }
            uploads[key]?.append(StoredPart(number: number, byteCount: byteCount, etag: "etag-\(number)"))
        }
    }
}

/// One file under every key.
struct FileMedia: MediaStore {
    let path: String
    let size: Int64

    func presign(_ grant: UploadGrant) async throws -> PresignedUpload { PresignedUpload(url: "", headers: [:]) }

    func object(_ key: String) async throws -> MediaObject? {
        MediaObject(size: size, etag: "file", source: .file(path: path))
    }
}

extension FileMedia: PartedMedia {
    func beginParts(_ key: String, contentType: String) async throws -> PartedUpload { PartedUpload(key: key, id: "") }
    func presign(_ part: PartGrant, of upload: PartedUpload) async throws -> PresignedUpload {
        PresignedUpload(url: "", headers: [:])
    }
    func parts(of upload: PartedUpload) async throws -> [StoredPart]? { nil }
    func join(_ parts: [StoredPart], of upload: PartedUpload) async throws -> Bool { true }
}
