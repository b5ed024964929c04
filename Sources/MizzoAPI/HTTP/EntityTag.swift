import HTTPTypes
import Hummingbird
import MizzoCatalog

/// Entity tags and the preconditions made of them (RFC 9110, sections 8.8.3 and 13).
enum EntityTag {
    /// The strong tag of a track as of one version, as its owner and admins see it.
    static func of(_ track: Track) -> String { "\"\(track.id).\(track.version)\"" }

    /// The strong tag of a playlist as of one version.
    static func of(_ playlist: Playlist) -> String { "\"\(playlist.id).\(playlist.version)\"" }

    /// The strong tag of an application as of one version.
    static func of(_ application: ArtistApplication) -> String { "\"\(application.id).\(application.version)\"" }

    /// The strong tag of a track's lyrics as of one version; 0 when there are none.
    static func ofLyrics(_ version: Int64, of track: TrackID) -> String { "\"\(track).lyrics.\(version)\"" }

    /// The strong tag of what everybody sees of it: another representation, so another tag.
    static func ofPublic(_ track: Track) -> String { "\"\(track.id).\(track.version).public\"" }

    /// Whether an `If-None-Match` field names `tag`; weak comparison, as the section asks.
    static func noneMatchHits(_ field: String?, tag: String) -> Bool {
        guard let field else { return false }
        return list(field).contains { $0 == "*" || opaque($0) == opaque(tag) }
    }

    /// Checks `If-Match` against the stored track by strong comparison.
    ///
    /// - Throws: 412 for another version, 428 when the field is missing and `required`.
    static func requireMatch(_ field: String?, _ track: Track, required: Bool) throws {
        guard field != nil || required else { return }
        try requireMatch(field, tag: of(track), stale: .trackVersionStale)
    }

    /// Checks a required `If-Match` by strong comparison.
    ///
    /// - Throws: 412 as `stale` for another version, 428 when the field is missing.
    static func requireMatch(_ field: String?, tag: String, stale: ProblemKind) throws {
        guard let field else {
            throw Problem(.ifMatchRequired, "Read it first, then repeat the request with its ETag in If-Match.")
        }
        guard matches(field, tag: tag) else {
            throw Problem(stale, "The ETag is \(tag) now. Read it again, then repeat.")
        }
    }

    /// Whether an `If-Match` field names `tag`; strong comparison, as the section asks.
    static func matches(_ field: String, tag: String) -> Bool { list(field).contains { $0 == "*" || $0 == tag } }

    private static func list(_ field: String) -> [String] {
        field.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
    }

    private static func opaque(_ tag: String) -> String { tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag }
}
