import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

@Suite("The admins' queue")
struct QueueFilterTests {
    /// Three tracks under review, one of them German and marked.
    private func platform() async throws -> Platform {
        let platform = try Platform()
        let ids = try (1...3).map { try platform.track("track-000\($0)", at: .reviewing) }
        try await platform.database.write { db in
            let flags = ProfanityCheck(rules: .starter).findings(in: "shit", field: "title")
            let edit = TrackEdit(title: "shit", language: "german")
            try Catalog.editTrack(
                ids[1],
                edit,
                flags: flags,
                expected: nil,
                by: .publishing,
                at: Platform.start,
                in: db
            )
        }
        return platform
    }

    @Test("is filtered by artist, language and marks, and a cursor is bound to its filter")
    func filters() async throws {
        let platform = try await platform()
        try await platform.run { api in
            for (query, expected) in [
                ("", 3), ("owner=user-artist", 3), ("owner=user-rival", 0), ("language=German", 1), ("flagged=true", 1),
                ("flagged=false", 2), ("flagged=false&language=german", 0),
            ] {
                let found = try await api.get("/admin/track?\(query)", as: .admin).items()
                #expect(found.count == expected, "\(query)")
            }
            let page = try await api.get("/admin/track?flagged=false&limit=1", as: .admin).object()
            let cursor = try #require(page["next"] as? String)
            let misuse = try await api.get("/admin/track?flagged=true&cursor=\(cursor)", as: .admin)
            try expectProblem(misuse, .badRequest, "parameter-invalid")
            let long = String(repeating: "a", count: 256)
            for misuse in ["flagged=1", "owner=\(long)", "language=\(long)"] {
                let answer = try await api.get("/admin/track?\(misuse)", as: .admin)
                try expectProblem(answer, .badRequest, "parameter-invalid")
            }
        }
    }
}
