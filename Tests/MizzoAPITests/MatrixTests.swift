import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

/// Objects for the `{id}` of a path: one that everybody may see if its kind has such, one that only its owner and admins
/// may, and none.
private struct Objects {
    let shown: String
    let hidden: String
    var missing = "nothing-here"
    var owner = Person.artist

    static func make(for endpoint: Endpoint, in platform: Platform) throws -> Objects? {
        let words = endpoint.path.split(separator: "/")
        switch words.first == "admin" ? words.dropFirst().first : words.first {
        case "track", "hls", "stream": return Objects(shown: "track-shown", hidden: "track-hidden")
        case "upload": return Objects(shown: "upload-0001", hidden: "upload-0001")
        case "playlist": return Objects(shown: "playlist-shown", hidden: "playlist-hidden")
        case "artist-application":
            return Objects(shown: "application-0001", hidden: "application-0001", owner: .listener)
        case "notification":
            let id = try platform.database.queue.read { db in
                try Catalog.inbox(of: Person.artist.id, after: nil, limit: 1, in: db).first?.id.rawValue
            }
            return Objects(shown: "\(id ?? 0)", hidden: "\(id ?? 0)", missing: "999999")
        default: return nil
        }
    }
}

/// A request's standing, as far as the policy alone decides it.
private enum Standing: Equatable {
    case unauthenticated, wrongRole, absent, refused, admitted

    /// An answer to `HEAD` has no body that tells the two kinds of 403 apart; the one that is expected is taken for granted.
    init(_ response: TestResponse, expected: [Standing]) {
        switch response.status {
        case .unauthorized: self = .unauthenticated
        case .forbidden where response.bytes.isEmpty: self = expected == [.wrongRole] ? .wrongRole : .refused
        case .forbidden: self = response.text.contains("role-not-allowed") ? .wrongRole : .refused
        case .notFound: self = .absent
        default: self = .admitted
        }
    }
}

extension Endpoint {
    /// What the policy says to this person about an object of the owner's; `nil` for one that does not exist.
    fileprivate func allows(_ person: Person, owner: Person, isShown: Bool?) -> [Standing] {
        if case .roles(let roles) = audience {
            guard let role = person.role else { return [.unauthenticated] }
            guard roles.contains(role) else { return [.wrongRole] }
        }
        guard let isShown else { return [.absent] }
        let isOwner = person == owner
        let seesAll = isOwner || person.role == .admin
        switch ownership {
        case .unowned, .any: return [.admitted]
        case .own: return isOwner ? [.admitted] : [.absent]
        case .ownOrAdmin: return seesAll ? [.admitted] : [.absent]
        case .visible: return isShown || seesAll ? [.admitted] : [.absent]
        // A preview is for owner and admins, and not every way of playing has one.
        case .playable: return isShown ? [.admitted] : seesAll ? [.admitted, .refused] : [.refused]
        }
    }
}

extension JSONValue {
    /// The smallest value that a schema takes.
    fileprivate static func sample(of schema: JSONValue, _ definitions: [String: JSONValue]) -> JSONValue {
        guard case .object(let keywords) = schema else { return .null }
        if case .string(let name) = keywords["$ref"] {
            return sample(of: definitions[String(name.split(separator: "/").last ?? "")] ?? .null, definitions)
        }
        if case .array(let choices) = keywords["enum"] { return choices.first ?? .null }
        if case .array(let schemas) = keywords["anyOf"] { return sample(of: schemas.first ?? .null, definitions) }
        switch keywords["type"] {
        case .string("object"):
            guard case .object(let all) = keywords["properties"] else { return [:] }
            // Where nothing is required, something is wanted.
            guard case .array(let required) = keywords["required"] else {
                return .object(all.mapValues { sample(of: $0, definitions) })
            }
            return .object(all.filter { required.contains(.string($0.key)) }.mapValues { sample(of: $0, definitions) })
        case .string("array"): return []
        case .string("integer"): return keywords["minimum"] ?? 1
        case .string("boolean"): return true
        default: return "sample-text"
        }
    }
}

@Suite("Policy matrix")
struct MatrixTests {
    @Test("every route × role × object answers as its policy says, and no request is a 5xx")
    func matrix() async throws {
        let platform = try Self.platform()
        let endpoints = try platform.routes().endpoints.filter { $0.audience != .signatory }
        let pristine = try DatabaseQueue()
        try platform.database.queue.backup(to: pristine)
        try await platform.run { api in
            var count = 0
            for endpoint in endpoints {
                for person in Person.allCases {
                    for isShown in endpoint.pathParameterNames.contains("id") ? [true, false, nil] : [Bool?.none] {
                        try await check(endpoint, person, isShown, api)
                        count += 1
                        // What changes things changes them for this request only.
                        if endpoint.method != .get { try pristine.backup(to: platform.database.queue) }
                    }
                }
            }
            #expect(count > 600, "\(count) cases")
        }
    }

    private func check(_ endpoint: Endpoint, _ person: Person, _ isShown: Bool?, _ api: Caller) async throws {
        let hasObject = endpoint.pathParameterNames.contains("id")
        let objects = try Objects.make(for: endpoint, in: api.platform)
        #expect(objects != nil || !hasObject, "say in Objects.make which objects \(endpoint.name) is about")
        let id = isShown.map { $0 ? objects?.shown : objects?.hidden } ?? objects?.missing
        let owner = objects?.owner ?? .artist
        let response = try await Self.send(endpoint, about: id ?? "", as: person, to: api)
        let allowed = hasObject ? endpoint.allows(person, owner: owner, isShown: isShown) : endpoint.allows(person)
        let context = "\(endpoint.name) as \(person), shown: \(String(describing: isShown))"
        #expect(
            allowed.contains(Standing(response, expected: allowed)),
            "\(context): \(response.status) \(response.text)"
        )
        #expect(response.status.code < 500, "\(context): \(response.text)")
    }

    private static func send(
        _ endpoint: Endpoint,
        about id: String,
        as person: Person,
        to api: Caller
    ) async throws -> TestResponse {
        let body = endpoint.body.map { JSONValue.sample(of: $0.schema.json, $0.schema.definitions) }
        return try await api.send(
            endpoint.method,
            endpoint.path.replacing("{id}", with: id).replacing("{file}", with: "master.m3u8"),
            as: person,
            json: try body.map { String(buffer: try JSON.encode($0)) },
            headers: endpoint.parameters.contains { $0.name == "if-match" } ? [.ifMatch: "*"] : [:]
        )
    }

    private static func platform() throws -> Platform {
        let platform = try Platform()
        for (name, status) in [("track-shown", TrackStatus.published), ("track-hidden", .reviewing)] {
            let id = try platform.track(name, at: status)
            platform.media.put(MediaKeys.rawTrack(id), [1, 2, 3])
            platform.media.put(MediaKeys.transcoded(id, file: "master.m3u8"), [1])
            platform.media.put("poster/\(id)", [1])
            let analysis = #"{"waveform":{"peaks":[-1,1]},"durationMilliseconds":1}"#
            platform.media.put(MediaKeys.analysis(id), Array(analysis.utf8))
            try platform.database.queue.write { db in
                try db.execute(
                    sql: "UPDATE track SET posterKey = ? WHERE id = ?",
                    arguments: ["poster/\(id)", id.rawValue]
                )
            }
        }
        try platform.playlist("playlist-shown", at: .published)
        try platform.playlist("playlist-hidden")
        try platform.application()
        try platform.partedUpload("upload-0001", byteCount: 10, partByteCount: 4)
        return platform
    }
}

extension Endpoint {
    /// What the policy says to this person where the path names no object: a body may name one that does not exist.
    fileprivate func allows(_ person: Person) -> [Standing] {
        let standing = allows(person, owner: person, isShown: true)
        guard standing == [.admitted] || standing == [.absent] else { return standing }
        return [.admitted, .absent]
    }
}
