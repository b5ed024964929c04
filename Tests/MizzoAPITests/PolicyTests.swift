import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

private struct EchoObjects: EmbeddedObjectRoutes {
    func respond(to request: Request) async throws -> Response {
        guard request.uri.path.hasSuffix("/ok") else {
            throw Problem(.forbidden, code: "signature-invalid", title: "Bad signature", detail: "Sign the request.")
        }
        return Response(status: .ok)
    }
}

/// Who may use which route, written down independently of the code: a change of policy has to be made here, too.
private let policies: Set<String> = [
    "GET /healthz open", "HEAD /healthz open", "GET /readyz open", "HEAD /readyz open",
    "POST /utils/upload-url artist", "POST /track/upload artist", "GET /track artist", "POST /upload artist",
    "GET /upload/{id} artist", "HEAD /upload/{id} artist", "POST /upload/{id}/complete artist",
    "DELETE /upload/{id} artist",
    "GET /track/{id} open", "GET /track/{id}/lyrics open", "GET /track/{id}/poster open",
    "HEAD /track/{id}/poster open", "GET /hls/{id}/{file} open", "HEAD /hls/{id}/{file} open",
    "GET /stream/{id} open", "HEAD /stream/{id} open", "GET /admin/track admin", "PUT /admin/track/{id} admin",
    "POST /admin/track/{id}/approve admin", "POST /admin/track/{id}/reject admin",
    "POST /admin/track/{id}/block admin", "POST /admin/track/{id}/unblock admin",
    "GET /notification admin artist listener", "PUT /notification/{id} admin artist listener",
    "GET /objects/{bucket}/** signed", "HEAD /objects/{bucket}/** signed", "PUT /objects/{bucket}/** signed",
    "POST /objects/{bucket}/** signed", "DELETE /objects/{bucket}/** signed", "GET /objects signed",
    "GET /objects/{bucket} signed", "HEAD /objects/{bucket} signed", "POST /objects/{bucket} signed",
    "GET /notification/stream admin artist listener", "GET /openapi.json open", "HEAD /openapi.json open",
    "GET /admin/track/{id}/audit admin", "PUT /track/{id}/lyrics admin artist",
    "POST /track/{id}/lyrics/regenerate admin artist", "GET /track/{id}/waveform open",
    "POST /playlist admin artist listener", "GET /playlist admin artist listener", "GET /playlist/{id} open",
    "PUT /playlist/{id} admin artist listener", "GET /admin/playlist admin", "POST /admin/playlist/{id}/approve admin",
    "POST /admin/playlist/{id}/reject admin", "POST /admin/playlist/{id}/block admin",
    "POST /admin/playlist/{id}/unblock admin", "GET /admin/playlist/{id}/audit admin",
    "POST /artist-application listener", "GET /artist-application admin artist listener",
    "GET /artist-application/{id} admin artist listener", "PUT /artist-application/{id} admin artist listener",
    "GET /admin/artist-application admin", "POST /admin/artist-application/{id}/approve admin",
    "POST /admin/artist-application/{id}/reject admin", "GET /admin/artist-application/{id}/audit admin",
]

@Suite("Policies")
struct PolicyTests {
    @Test("the routes and their policies are exactly the agreed ones")
    func agreedPolicies() throws {
        let platform = try Platform(objects: EchoObjects())
        let table = try platform.routes()
        let found = table.endpoints.map { endpoint in
            let policy =
                switch endpoint.audience {
                case .everyone: "open"
                case .signatory: "signed"
                case .roles(let roles): roles.map(\.rawValue).sorted().joined(separator: " ")
                }
            return "\(endpoint.method.rawValue) \(endpoint.path) \(policy)"
        }
        #expect(Set(found) == policies)
        #expect(found.count == policies.count)
    }

    @Test("every guarded route answers every role as its policy says")
    func matrix() async throws {
        let platform = try Platform()
        let table = try platform.routes()
        try await platform.run { api in
            for endpoint in table.endpoints {
                guard case .roles(let roles) = endpoint.audience else { continue }
                let path = endpoint.path.replacing("{id}", with: "0190-missing-00")
                for person in Person.allCases {
                    let response = try await api.send(endpoint.method, path, as: person)
                    guard let role = person.role else {
                        try expectRefusal(response, by: endpoint, .unauthorized, "token-missing")
                        #expect(response.headers[.wwwAuthenticate] == "Bearer")
                        continue
                    }
                    if roles.contains(role) {
                        #expect(response.status != .unauthorized && response.status != .forbidden, "\(endpoint.path)")
                    } else {
                        try expectRefusal(response, by: endpoint, .forbidden, "role-not-allowed")
                    }
                }
            }
        }
    }

    /// Of an answer to `HEAD` only the status is seen.
    private func expectRefusal(
        _ response: TestResponse,
        by endpoint: Endpoint,
        _ status: HTTPResponse.Status,
        _ code: String
    ) throws {
        guard endpoint.method == .head else { return try expectProblem(response, status, code) }
        #expect(response.status == status && response.bytes.isEmpty, "\(endpoint.name)")
    }

    @Test("an unpublished track exists for its owner and for admins only", arguments: TrackStatus.allCases)
    func visibility(status: TrackStatus) async throws {
        let platform = try Platform()
        let id = try platform.track(at: status)
        try await platform.run { api in
            for person in Person.allCases {
                let sees = status == .published || person.role == .admin || person == .artist
                for path in ["/track/\(id)", "/track/\(id)/lyrics"] {
                    let response = try await api.get(path, as: person)
                    if sees {
                        #expect(response.status == .ok)
                    } else {
                        try expectProblem(response, .notFound, "track-not-found")
                        let missing = try await api.get(path.replacing("0001", with: "0002"), as: person)
                        let same = missing.text.replacing("0002", with: "0001")
                        #expect(try withoutRequestID(same) == withoutRequestID(response.text))
                    }
                }
            }
        }
    }

    @Test("object routes take their own credentials and their problems are rendered")
    func objects() async throws {
        let platform = try Platform(objects: EchoObjects())
        try await platform.run { api in
            let signed = "AWS4-HMAC-SHA256 Credential=x"
            #expect(try await api.send(.get, "/objects/b/deep/key/ok", token: signed).status == .ok)
            try expectProblem(try await api.send(.put, "/objects/b/k"), .forbidden, "signature-invalid")
            try expectProblem(try await api.send(.delete, "/objects/b/k"), .forbidden, "signature-invalid")
            try expectProblem(try await api.send(.patch, "/objects/b/k"), .methodNotAllowed, "method-not-allowed")
        }
    }

    private func withoutRequestID(_ text: String) throws -> String {
        try #require(text.range(of: "\"requestId\":\"").map { String(text[..<$0.lowerBound]) })
    }
}
