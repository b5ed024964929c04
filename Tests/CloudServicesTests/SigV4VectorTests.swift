import CloudServices
import Foundation
import Testing

/// Requests signed by botocore; see the note in the file.
struct SigV4Vectors: Decodable {
    struct Presigned: Decodable, CustomTestStringConvertible {
        let name: String
        let operation: String
        let expires: Int64
        let sessionToken: String?
        let url: String
        let canonicalRequest: String
        let stringToSign: String

        var testDescription: String { name }

        var method: String {
            switch operation {
            case "get_object": "GET"
            case "head_object": "HEAD"
            default: "PUT"
            }
        }

        /// The signed headers with their values, as they stand in the canonical request.
        var headers: [HeaderField] {
            let lines = canonicalRequest.split(separator: "\n", omittingEmptySubsequences: false)
            return lines.dropFirst(3).prefix { !$0.isEmpty }.map { line in
                let halves = line.split(separator: ":", maxSplits: 1)
                return HeaderField(String(halves[0]), String(halves[1]))
            }
        }

        var head: RequestHead {
            var head = RequestHead(method: method, url: url)
            head.headers = headers
            return head
        }
    }

    struct Signed: Decodable, CustomTestStringConvertible {
        let name: String
        let service: String
        let sessionToken: String?
        let method: String
        let url: String
        let headers: [String: String]
        let bodySHA256: String
        let canonicalRequest: String
        let stringToSign: String

        var testDescription: String { name }

        enum CodingKeys: String, CodingKey {
            case name, service, sessionToken, method, url, headers, canonicalRequest, stringToSign
            case bodySHA256 = "body_sha256"
        }

        var payload: SigV4Payload { .sha256(headers["X-Amz-Content-SHA256"] ?? bodySHA256) }

        var head: RequestHead {
            RequestHead(method: method, url: url, headers: headers.map { HeaderField($0.key, $0.value) })
        }
    }

    let accessKeyId: String
    let secretAccessKey: String
    let region: String
    let presigned: [Presigned]
    let headers: [Signed]

    static let date = Date(timeIntervalSince1970: 1_767_323_045)

    static let all: SigV4Vectors = {
        let url = Bundle.module.url(forResource: "sigv4-vectors", withExtension: "json", subdirectory: "Vectors")
        do {
            return try JSONDecoder().decode(SigV4Vectors.self, from: Data(contentsOf: #require(url)))
        } catch {
            fatalError("the vectors cannot be read: \(error)")
        }
    }()

    func credentials(_ token: String?) -> AWSCredentials {
        AWSCredentials(accessKeyID: accessKeyId, secretAccessKey: secretAccessKey, sessionToken: token)
    }

    func signer(_ service: String, _ token: String?) -> SigV4Signer {
        SigV4Signer(credentials: credentials(token), region: region, service: service)
    }

    func verifier(_ service: String, _ token: String?) -> SigV4Verifier {
        let credentials = credentials(token)
        return SigV4Verifier(region: region, service: service) {
            $0 == credentials.accessKeyID ? credentials : nil
        }
    }
}

@Suite("Signature Version 4 agrees with botocore")
struct SigV4VectorTests {
    let vectors = SigV4Vectors.all

    @Test("there are 17 presigned and 25 header-signed vectors")
    func counts() {
        #expect(vectors.presigned.count == 17)
        #expect(vectors.headers.count == 25)
    }

    @Test("a presigned URL is reproduced byte by byte", arguments: SigV4Vectors.all.presigned)
    func presigns(_ vector: SigV4Vectors.Presigned) throws {
        var head = vector.head
        let wanted = head.query
        head.query = wanted.split(separator: "&").filter { !$0.hasPrefix("X-Amz-") }.joined(separator: "&")
        let signed = try vectors.signer("s3", vector.sessionToken)
            .presign(head, expiresIn: vector.expires, at: SigV4Vectors.date)
        #expect(signed.signature.canonicalRequest == vector.canonicalRequest)
        #expect(signed.signature.stringToSign == vector.stringToSign)
        #expect(signed.query == wanted)
    }

    @Test("a presigned URL is accepted to its last second and no longer", arguments: SigV4Vectors.all.presigned)
    func verifiesPresigned(_ vector: SigV4Vectors.Presigned) throws {
        let verifier = vectors.verifier("s3", vector.sessionToken)
        let end = SigV4Vectors.date + Double(vector.expires)
        #expect(try verifier.verifyPresigned(vector.head, now: SigV4Vectors.date).expiresAt == end)
        #expect(try verifier.verifyPresigned(vector.head, now: end).accessKeyID == vectors.accessKeyId)
        #expect(throws: SigV4Rejection.self) { try verifier.verifyPresigned(vector.head, now: end + 1) }
    }

    @Test("a header-signed request is reproduced byte by byte", arguments: SigV4Vectors.all.headers)
    func signs(_ vector: SigV4Vectors.Signed) throws {
        var head = vector.head
        let added: Set = ["x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "authorization"]
        head.headers.removeAll { added.contains($0.name.lowercased()) }
        let signed = try vectors.signer(vector.service, vector.sessionToken)
            .sign(head, payload: vector.payload, at: SigV4Vectors.date)
        #expect(signed.signature.canonicalRequest == vector.canonicalRequest)
        #expect(signed.signature.stringToSign == vector.stringToSign)
        for field in signed.headers {
            #expect(vector.headers[field.name] == field.value, "\(field.name)")
        }
        #expect(signed.headers.count == vector.headers.keys.count { added.contains($0.lowercased()) })
    }

    @Test("a header-signed request is accepted within the allowed skew", arguments: SigV4Vectors.all.headers)
    func verifiesSigned(_ vector: SigV4Vectors.Signed) throws {
        let verifier = vectors.verifier(vector.service, vector.sessionToken)
        for skew in [-900.0, 0, 900] {
            let verified = try verifier.verifySigned(
                vector.head,
                payload: vector.payload,
                now: SigV4Vectors.date + skew
            )
            #expect(verified.accessKeyID == vectors.accessKeyId)
        }
        for skew in [-901.0, 901] {
            let error = #expect(throws: SigV4Rejection.self) {
                try verifier.verifySigned(vector.head, payload: vector.payload, now: SigV4Vectors.date + skew)
            }
            #expect(error?.s3Code == .requestTimeTooSkewed)
        }
    }

    @Test("another body or another service breaks a header signature", arguments: SigV4Vectors.all.headers)
    func refusesOtherBody(_ vector: SigV4Vectors.Signed) {
        let now = SigV4Vectors.date
        let body = #expect(throws: SigV4Rejection.self) {
            try vectors.verifier(vector.service, vector.sessionToken)
                .verifySigned(vector.head, payload: .bytes("other".utf8), now: now)
        }
        #expect(body?.s3Code == .signatureDoesNotMatch)
        let service = #expect(throws: SigV4Rejection.self) {
            try vectors.verifier("sns", vector.sessionToken)
                .verifySigned(vector.head, payload: vector.payload, now: now)
        }
        #expect(service?.s3Code == .authorizationHeaderMalformed)
    }

    @Test("a session token must be the key's own", arguments: [nil, "other"])
    func refusesOtherToken(_ token: String?) throws {
        let vector = try #require(vectors.presigned.first { $0.sessionToken != nil })
        let error = #expect(throws: SigV4Rejection.self) {
            try vectors.verifier("s3", token).verifyPresigned(vector.head, now: SigV4Vectors.date)
        }
        #expect(error?.s3Code == .invalidToken)
    }

    @Test("credentials never print their secret")
    func hidesSecrets() {
        let credentials = vectors.credentials("token-value")
        var dumped = "\(credentials) \(String(reflecting: credentials))"
        dump(credentials, to: &dumped)
        #expect(!dumped.contains(vectors.secretAccessKey) && !dumped.contains("token-value"))
    }

    @Test("the default port is left out of Host")
    func hostHeader() {
        #expect(ServiceEndpoint(scheme: .https, host: "s3.amazonaws.com", port: 443).hostHeader == "s3.amazonaws.com")
        #expect(ServiceEndpoint(scheme: .http, host: "h", port: 80).hostHeader == "h")
        #expect(ServiceEndpoint(scheme: .http, host: "h", port: 443).hostHeader == "h:443")
    }

    @Test("an expiry outside 1...604800 seconds is not signed", arguments: [0, -1, 604_801])
    func refusesExpiry(_ seconds: Int64) throws {
        let head = RequestHead(method: "GET", url: "http://h/b/k")
        #expect(throws: SigV4Rejection.self) {
            try vectors.signer("s3", nil).presign(head, expiresIn: seconds, at: SigV4Vectors.date)
        }
    }
}
