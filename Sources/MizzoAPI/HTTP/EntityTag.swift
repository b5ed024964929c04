import HTTPTypes
import Hummingbird
import MizzoCatalog

/// Entity tags and the preconditions made of them (RFC 9110, sections 8.8.3 and 13).
enum EntityTag {
    /// The strong tag of a track as of one version.
    static func of(_ track: Track) -> String { "\"\(track.id).\(track.version)\"" }

    /// Whether an `If-None-Match` field names `tag`; weak comparison, as the section asks.
    static func noneMatchHits(_ field: String?, tag: String) -> Bool {
        guard let field else { return false }
        return list(field).contains { $0 == "*" || opaque($0) == opaque(tag) }
    }

    /// Checks `If-Match` against the stored track by strong comparison.
    ///
    /// - Throws: 412 for another version, 428 when the field is missing and `required`.
    static func requireMatch(_ field: String?, _ track: Track, required: Bool) throws {
        guard let field else {
            guard required else { return }
            throw Problem(.ifMatchRequired, "Read the track, then repeat the request with its ETag in If-Match.")
        }
        guard list(field).contains(where: { $0 == "*" || $0 == of(track) }) else {
            throw Problem.stale("Track \(track.id) has the ETag \(of(track)) now. Read it again, then repeat.")
        }
    }

    private static func list(_ field: String) -> [String] {
        field.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
    }

    private static func opaque(_ tag: String) -> String { tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag }
}
