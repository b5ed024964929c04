import FoundationEssentials
import GRDB
import MizzoCatalog

/// A ticket for an upload in parts, and what may still come of it at a moment.
struct PartedTicket: Sendable {
    let ticket: UploadTicket
    let parts: UploadParts
    /// Nothing will come of it: it was given up or has run out before a track was registered with it, or that track has failed.
    let isVoid: Bool
    /// Parts are taken and can be joined.
    let isOpen: Bool

    init(_ ticket: UploadTicket, _ parts: UploadParts) {
        self.ticket = ticket
        self.parts = parts
        (isVoid, isOpen) = (false, true)
    }

    /// The artist's upload, as of `now`.
    ///
    /// - Throws: 404 for what is not an upload in parts or not the artist's.
    init(_ text: String, of artist: UserID, at now: Date, in db: Database) throws {
        guard let id = UploadID(rawValue: text), let ticket = try Catalog.uploadTicket(id, ownedBy: artist, in: db),
            let parts = ticket.parts
        else { throw Problem.uploadNotFound(text) }
        self.ticket = ticket
        self.parts = parts
        let isOver = now >= ticket.expiresAt
        let hasFailed = try Catalog.track(TrackID(of: id), in: db)?.status == .failed
        isVoid = ticket.usedAt == nil ? isOver : hasFailed
        isOpen = !isVoid && !isOver
    }

    /// As the object store knows it.
    var upload: PartedUpload { PartedUpload(key: ticket.key, id: parts.storeUploadID) }

    var ended: Problem {
        Problem(.uploadExpired, "Upload \(ticket.id) was given up or has run out. Begin a new one.")
    }

    func incomplete(_ numbers: [Int]) -> Problem {
        let shown = numbers.prefix(10).map { "\($0)" }.joined(separator: ", ")
        let rest = numbers.count > 10 ? " and \(numbers.count - 10) more" : ""
        return Problem(
            .uploadIncomplete,
            "Upload \(ticket.id) lacks its part(s) \(shown)\(rest). GET /upload/\(ticket.id) has URLs for them."
        )
    }

    var changing: Problem {
        Problem(
            .uploadIncomplete,
            "Parts of upload \(ticket.id) are being replaced. Complete it when every part has been sent."
        )
    }

    /// Of the stored parts those that are what they are to be, by their numbers.
    func arrived(_ stored: [StoredPart]) -> [StoredPart] {
        stored.filter { parts.numbers.contains($0.number) && $0.byteCount == parts.byteCount(of: $0.number) }
            .sorted { $0.number < $1.number }
    }

    func missing(_ arrived: [StoredPart]) -> [Int] {
        let present = Set(arrived.map(\.number))
        return parts.numbers.filter { !present.contains($0) }
    }
}
