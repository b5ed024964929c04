import FoundationEssentials
import NIOHTTP1
import Testing

/// Publishes one track after the other over HTTP, as an artist's and an administrator's programs would; or tries to, with
/// files that are no audio: cheap, so that many starts and signals are acknowledged by servers that die.
struct TrackLane {
    let number: Int
    let artist: APIClient
    let admin: APIClient
    let content: Data
    let isAudio: Bool
    let journal: Journal

    private struct Ticket: Decodable {
        let trackId: String
        let objectUrl: String
        let url: String
        let headers: [String: String]
    }
    private struct TrackAnswer: Decodable {
        let status: String
        let statusReason: String?
    }

    /// - Parameter tracks: how many; `nil`: until the siege is over.
    func run(tracks: Int?) async throws {
        var track = 0
        while tracks.map({ track < $0 }) ?? !journal.isStopped {
            try await publish(track)
            track += 1
        }
    }

    private func publish(_ track: Int) async throws {
        let asked = try await artist.call(
            .POST,
            "/utils/upload-url",
            ["contentType": "audio/mpeg", "byteCount": content.count]
        )
        try #require(asked.status == 201, "\(asked.text)")
        journal.answered()
        let ticket = try asked.decoded(Ticket.self)
        // Both orders are allowed.
        if track.isMultiple(of: 2) { try await upload(ticket) }
        try await register(ticket, track)
        if !track.isMultiple(of: 2) { try await upload(ticket) }
        guard isAudio else {
            try await reach("FAILED", ticket.trackId)
            return journal.refused(track: ticket.trackId)
        }
        try await reach("REVIEWING", ticket.trackId)
        try await approve(ticket.trackId)
        try await reach("PUBLISHED", ticket.trackId)
    }

    private func upload(_ ticket: Ticket) async throws {
        let answer = try await artist.upload(content, to: ticket.url, headers: ticket.headers)
        // 412: it is there; the answer to the first attempt was lost.
        try #require([200, 412].contains(answer.status), "upload: \(answer.status) \(answer.text)")
        journal.answered()
    }

    private func register(_ ticket: Ticket, _ track: Int) async throws {
        let answer = try await artist.call(
            .POST,
            "/track/upload",
            [
                "id": ticket.trackId, "title": "Song \(number)-\(track)", "language": "english", "duration": 1,
                "tags": ["test"], "trackUrl": ticket.objectUrl,
            ]
        )
        try #require([200, 201].contains(answer.status), "registration: \(answer.status) \(answer.text)")
        journal.registered(track: ticket.trackId)
        journal.answered()
    }

    private func approve(_ track: String) async throws {
        let answer = try await admin.call(.POST, "/admin/track/\(track)/approve")
        let wasDecided = answer.status == 409 && answer.text.contains("track-already-decided")
        try #require(answer.status == 200 || wasDecided, "approval: \(answer.status) \(answer.text)")
        journal.approved(track: track)
        journal.answered()
    }

    private func reach(_ status: String, _ track: String) async throws {
        while true {
            let answer = try await artist.call(.GET, "/track/\(track)")
            try #require(answer.status == 200, "track \(track): \(answer.status) \(answer.text)")
            let view = try answer.decoded(TrackAnswer.self)
            if view.status == status { return }
            try #require(!["FAILED", "BLOCKED"].contains(view.status), "\(track): \(view.statusReason ?? "")")
            try await pause(.milliseconds(isAudio ? 150 : 50))
        }
    }
}
