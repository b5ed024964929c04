import CloudServices
import Testing

/// One way to spoil a good presigned request.
struct Tampering: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let expected: String
    let delay: Double
    let change: @Sendable (inout RequestHead) -> Void

    init(
        _ name: String,
        _ expected: String,
        delay: Double = 0,
        _ change: @escaping @Sendable (inout RequestHead) -> Void = { _ in }
    ) {
        testDescription = name
        self.expected = expected
        self.delay = delay
        self.change = change
    }
}

extension RequestHead {
    /// Replaces text in the query; the test is void when it is not there.
    mutating func replace(_ text: String, _ replacement: String) {
        #expect(query.contains(text), "the query has no \(text)")
        query = query.replacing(text, with: replacement)
    }

    mutating func set(_ name: String, _ value: String?) {
        headers.removeAll { $0.name.lowercased() == name.lowercased() }
        if let value { headers.append(HeaderField(name, value)) }
    }

    mutating func dropParameter(_ name: String) {
        query = query.split(separator: "&").filter { !$0.hasPrefix("\(name)=") }.joined(separator: "&")
    }
}

@Suite("A presigned request works exactly as signed or not at all")
struct PresignedTamperTests {
    static let body = "hello"

    static let anyRequest: [Tampering] = [
        Tampering("expired by one second", "AccessDenied", delay: 901),
        Tampering("signed in the future", "AccessDenied", delay: -901),
        Tampering("method DELETE", "MethodNotAllowed") { $0.method = "DELETE" },
        Tampering("method POST", "MethodNotAllowed") { $0.method = "POST" },
        Tampering("method in lower case", "MethodNotAllowed") { $0.method = $0.method.lowercased() },
        Tampering("GET and PUT swapped", "SignatureDoesNotMatch") { $0.method = $0.method == "PUT" ? "GET" : "PUT" },
        Tampering("another key", "SignatureDoesNotMatch") { $0.path = "/mizzo/raw-track/b.mp3" },
        Tampering("key in another case", "SignatureDoesNotMatch") { $0.path = "/mizzo/raw-track/A.mp3" },
        Tampering("another bucket", "SignatureDoesNotMatch") { $0.path = "/other/raw-track/a.mp3" },
        Tampering("doubled slash", "SignatureDoesNotMatch") { $0.path = "/mizzo//raw-track/a.mp3" },
        Tampering("dot segments", "SignatureDoesNotMatch") { $0.path = "/mizzo/x/../raw-track/a.mp3" },
        Tampering("double encoding", "SignatureDoesNotMatch") { $0.path = "/mizzo/raw-track%252Fa.mp3" },
        Tampering("broken escape in the path", "InvalidURI") { $0.path = "/mizzo/raw-track/a%zz.mp3" },
        Tampering("path that is not UTF-8", "InvalidURI") { $0.path = "/mizzo/raw-track/%ff.mp3" },
        Tampering("extra parameter", "SignatureDoesNotMatch") { $0.query += "&acl=" },
        Tampering("extra parameter in front", "SignatureDoesNotMatch") { $0.query = "a=b&" + $0.query },
        Tampering("broken escape in the query", "InvalidURI") { $0.query += "&a=%" },
        Tampering("repeated signature", "AuthorizationQueryParametersError") {
            $0.query += "&X-Amz-Signature=" + String(repeating: "0", count: 64)
        },
        Tampering("repeated expiry", "AuthorizationQueryParametersError") { $0.query += "&X-Amz-Expires=900" },
        Tampering("longer life", "SignatureDoesNotMatch") { $0.replace("Expires=900", "Expires=901") },
        Tampering("life beyond a week", "AuthorizationQueryParametersError") {
            $0.replace("Expires=900", "Expires=604801")
        },
        Tampering("no life", "AuthorizationQueryParametersError") { $0.replace("Expires=900", "Expires=0") },
        Tampering("negative life", "AuthorizationQueryParametersError") { $0.replace("Expires=900", "Expires=-900") },
        Tampering("life with a sign", "AuthorizationQueryParametersError") {
            $0.replace("Expires=900", "Expires=%2B900")
        },
        Tampering("later date", "SignatureDoesNotMatch") { $0.replace("T030405Z", "T030406Z") },
        Tampering("impossible date", "AuthorizationQueryParametersError") { $0.replace("T030405Z", "T250405Z") },
        Tampering("another day in the scope", "AuthorizationQueryParametersError") {
            $0.replace("%2F20260102%2F", "%2F20260103%2F")
        },
        Tampering("another region", "AuthorizationQueryParametersError") { $0.replace("us-east-1", "eu-west-1") },
        Tampering("another service", "AuthorizationQueryParametersError") { $0.replace("%2Fs3%2F", "%2Fsqs%2F") },
        Tampering("another key id", "InvalidAccessKeyId") { $0.replace("AKIDEXAMPLE", "AKIDEXAMPLF") },
        Tampering("another algorithm", "AuthorizationQueryParametersError") { $0.replace("HMAC-SHA256", "HMAC-SHA1") },
        Tampering("algorithm in lower case", "AuthorizationQueryParametersError") {
            $0.replace("AWS4-HMAC", "aws4-hmac")
        },
        Tampering("a foreign signature", "SignatureDoesNotMatch") {
            $0.dropParameter("X-Amz-Signature")
            $0.query += "&X-Amz-Signature=" + String(repeating: "0", count: 64)
        },
        Tampering("a cut signature", "AuthorizationQueryParametersError") { $0.query.removeLast() },
        Tampering("signature in upper case", "AuthorizationQueryParametersError") {
            $0.dropParameter("X-Amz-Signature")
            $0.query += "&X-Amz-Signature=" + String(repeating: "A", count: 64)
        },
        Tampering("no signature", "AuthorizationQueryParametersError") { $0.dropParameter("X-Amz-Signature") },
        Tampering("no date", "AuthorizationQueryParametersError") { $0.dropParameter("X-Amz-Date") },
        Tampering("no expiry", "AuthorizationQueryParametersError") { $0.dropParameter("X-Amz-Expires") },
        Tampering("parameter name in lower case", "AuthorizationQueryParametersError") {
            $0.replace("X-Amz-Date", "x-amz-date")
        },
        Tampering("no query", "AccessDenied") { $0.query = "" },
        Tampering("signature version 2", "InvalidRequest") { $0.query = "AWSAccessKeyId=A&Signature=B&Expires=1" },
        Tampering("a session token", "SignatureDoesNotMatch") { $0.query += "&X-Amz-Security-Token=t" },
        Tampering("host not signed", "AuthorizationQueryParametersError") { head in
            head.query = head.query.replacing("host", with: "date")
        },
        Tampering("signed header in upper case", "AuthorizationQueryParametersError") { $0.replace("host", "Host") },
        Tampering("signed header twice", "AuthorizationQueryParametersError") { $0.replace("host", "host%3Bhost") },
        Tampering("another host", "SignatureDoesNotMatch") { $0.set("Host", "127.0.0.1:9001") },
        Tampering("no host", "SignatureDoesNotMatch") { $0.set("Host", nil) },
        Tampering("two hosts", "SignatureDoesNotMatch") { $0.headers.append(HeaderField("Host", "127.0.0.1:9000")) },
        Tampering("an unsigned x-amz header", "AccessDenied") { $0.set("x-amz-acl", "public-read") },
        Tampering("a second authorization", "InvalidArgument") { $0.set("Authorization", "AWS4-HMAC-SHA256 x") },
    ]

    static let uploads: [Tampering] = [
        Tampering("signed headers out of order", "AuthorizationQueryParametersError") {
            $0.replace("content-type%3Bhost", "host%3Bcontent-type")
        },
        Tampering("signed header removed from the list", "SignatureDoesNotMatch") {
            $0.replace("content-type%3Bhost", "host")
        },
        Tampering("another content type", "SignatureDoesNotMatch") { $0.set("Content-Type", "text/html") },
        Tampering("no content type", "SignatureDoesNotMatch") { $0.set("Content-Type", nil) },
        Tampering("content type in another case", "SignatureDoesNotMatch") { $0.set("Content-Type", "Audio/MPEG") },
        Tampering("raised size limit", "SignatureDoesNotMatch") { $0.replace("length=8", "length=9") },
        Tampering("size limit removed", "SignatureDoesNotMatch") { $0.dropParameter("x-maximum-content-length") },
        Tampering("size limit repeated", "SignatureDoesNotMatch") { $0.query += "&x-maximum-content-length=99" },
        Tampering("one byte over the limit", "EntityTooLarge") { $0.set("Content-Length", "9") },
        Tampering("one byte under the limit", "EntityTooSmall") { $0.set("Content-Length", "1") },
        Tampering("a huge length", "EntityTooLarge") { $0.set("Content-Length", "9223372036854775807") },
        Tampering("a length beyond 64 bits", "InvalidArgument") { $0.set("Content-Length", "9223372036854775808") },
        Tampering("a negative length", "InvalidArgument") { $0.set("Content-Length", "-5") },
        Tampering("a length with a sign", "InvalidArgument") { $0.set("Content-Length", "+5") },
        Tampering("no length", "MissingContentLength") { $0.set("Content-Length", nil) },
        Tampering("two lengths", "MissingContentLength") { $0.headers.append(HeaderField("Content-Length", "5")) },
        Tampering("chunked without length", "MissingContentLength") {
            $0.set("Content-Length", nil)
            $0.set("Transfer-Encoding", "chunked")
        },
        Tampering("aws-chunked", "NotImplemented") { $0.set("Content-Encoding", "aws-chunked") },
        Tampering("more announced than sent", "IncompleteBody") { $0.set("Content-Length", "6") },
        Tampering("more sent than announced", "IncompleteBody") { $0.set("Content-Length", "4") },
        Tampering("wrong MD5", "BadDigest") { $0.set("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==") },
        Tampering("no MD5 at all", "InvalidDigest") { $0.set("Content-MD5", "hello") },
        Tampering("wrong SHA-256", "XAmzContentSHA256Mismatch") {
            $0.set("x-amz-content-sha256", String(repeating: "0", count: 64))
        },
        Tampering("If-Match", "NotImplemented") { $0.set("If-Match", "\"x\"") },
        Tampering("If-None-Match with an etag", "NotImplemented") { $0.set("If-None-Match", "\"x\"") },
    ]

    static func presignedPut(_ fixture: CloudFixture) async throws -> RequestHead {
        let conditions = UploadConditions(contentType: "audio/mpeg", maximumByteCount: 8, minimumByteCount: 2)
        let key = try ObjectKey("raw-track/a.mp3")
        let request = try await fixture.store.presignPut(key, conditions: conditions, expiresIn: .seconds(900))
        return RequestHead(request, bodyByteCount: body.utf8.count)
    }

    @Test("a spoiled upload is refused and leaves nothing", arguments: anyRequest + uploads)
    func upload(_ tampering: Tampering) async throws {
        let fixture = try CloudFixture()
        var head = try await Self.presignedPut(fixture)
        fixture.clock.advance(tampering.delay)
        tampering.change(&head)
        let response = await fixture.send(head, body: Self.body)
        #expect(response.errorCode == tampering.expected)
        #expect(try await fixture.store.list(prefix: "").objects.isEmpty)
        #expect(fixture.files().isEmpty)
        #expect(try await fixture.queue.counts().visible == 0)
    }

    @Test("a spoiled download is refused", arguments: anyRequest)
    func download(_ tampering: Tampering) async throws {
        let fixture = try CloudFixture()
        _ = try await fixture.put("raw-track/a.mp3", Self.body)
        let key = try ObjectKey("raw-track/a.mp3")
        var head = RequestHead(try await fixture.store.presignGet(key, expiresIn: .seconds(900)))
        fixture.clock.advance(tampering.delay)
        tampering.change(&head)
        let response = await fixture.send(head)
        #expect(response.errorCode == tampering.expected)
        #expect(!(try await response.text()).contains(Self.body))
    }

    @Test("the unspoiled upload succeeds once; the second use is refused with 412 and changes nothing")
    func uploadOnce() async throws {
        let fixture = try CloudFixture()
        let head = try await Self.presignedPut(fixture)
        fixture.clock.advance(900)
        let first = await fixture.send(head, body: Self.body)
        #expect(first.status == 200)
        #expect(first.header("etag") == "\"5d41402abc4b2a76b9719d911017c592\"")
        let second = await fixture.send(head, body: "HELLO")
        #expect(second.status == 412 && second.errorCode == "PreconditionFailed")
        #expect(try await fixture.text("raw-track/a.mp3") == "hello")
        #expect(try await fixture.queue.counts().visible == 1)
        #expect(fixture.files().count == 1)
    }

    @Test("of two uploads at the same time exactly one wins")
    func uploadRace() async throws {
        let fixture = try CloudFixture()
        let head = try await Self.presignedPut(fixture)
        let statuses = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { await fixture.send(head, body: Self.body).status } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.sorted() == [200] + Array(repeating: 412, count: 7))
        #expect(fixture.files().count == 1)
    }

    @Test("an upload signed with If-None-Match needs the header")
    func signedIfNoneMatch() async throws {
        let fixture = try CloudFixture()
        let conditions = UploadConditions(contentType: "audio/mpeg", signsIfNoneMatch: true)
        let key = try ObjectKey("raw-track/a.mp3")
        let request = try await fixture.store.presignPut(key, conditions: conditions, expiresIn: .seconds(60))
        var head = RequestHead(request, bodyByteCount: 5)
        #expect(head.value("if-none-match") == "*")
        let good = head
        head.set("If-None-Match", nil)
        #expect(await fixture.send(head, body: "hello").errorCode == "SignatureDoesNotMatch")
        #expect(await fixture.send(good, body: "hello").status == 200)
    }
}
