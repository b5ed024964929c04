import CloudServices
import Testing

struct RangeCase: Sendable, CustomTestStringConvertible {
    let header: String
    let status: Int
    let text: String

    init(_ header: String, _ status: Int, _ text: String = "0123456789") {
        self.header = header
        self.status = status
        self.text = text
    }

    var testDescription: String { header.isEmpty ? "(empty)" : header }
}

@Suite("Range requests")
struct RangeTests {
    /// On an object of the ten bytes `0123456789`.
    static let cases: [RangeCase] = [
        RangeCase("bytes=0-0", 206, "0"), RangeCase("bytes=0-9", 206), RangeCase("bytes=0-", 206),
        RangeCase("bytes=3-5", 206, "345"), RangeCase("bytes=9-9", 206, "9"), RangeCase("bytes=9-", 206, "9"),
        RangeCase("bytes=5-100", 206, "56789"), RangeCase("bytes=0-99999999999999999999", 206),
        RangeCase("bytes=-1", 206, "9"), RangeCase("bytes=-3", 206, "789"), RangeCase("bytes=-10", 206),
        RangeCase("bytes=-11", 206), RangeCase("bytes=-99999999999999999999", 206), RangeCase("Bytes=1-2", 206, "12"),
        RangeCase("bytes=007-008", 206, "78"),
        RangeCase("bytes=10-", 416), RangeCase("bytes=10-10", 416), RangeCase("bytes=10-20", 416),
        RangeCase("bytes=-0", 416), RangeCase("bytes=99999999999999999999-", 416),
        RangeCase("bytes=9223372036854775807-9223372036854775807", 416),
        RangeCase("", 200), RangeCase("bytes", 200), RangeCase("bytes=", 200), RangeCase("bytes=-", 200),
        RangeCase("bytes=5-3", 200), RangeCase("bytes=a-b", 200), RangeCase("bytes=1-b", 200),
        RangeCase("bytes=--1", 200), RangeCase("bytes=1--2", 200), RangeCase("bytes=+1-2", 200),
        RangeCase("bytes=0-1,3-4", 200), RangeCase("bytes=0-1,", 200), RangeCase("bytes= 0-1", 200),
        RangeCase("bytes=0 -1", 200), RangeCase("bytes =0-1", 200), RangeCase("items=0-1", 200),
        RangeCase("0-1", 200), RangeCase("bytes=0x1-2", 200), RangeCase("bytes=1.0-2", 200),
        RangeCase("bytes=\u{661}-2", 200),
    ]

    private func send(_ method: String, _ headers: [HeaderField], text: String) async throws -> ObjectResponse {
        let fixture = try CloudFixture()
        _ = try await fixture.put("a", text)
        let signer = SigV4Signer(credentials: CloudFixture.credentials, region: "us-east-1", service: "s3")
        var head = RequestHead(method: method, url: "http://127.0.0.1:9000/mizzo/a")
        head.query = try signer.presign(head, expiresIn: 60, at: fixture.clock.now).query
        head.headers += headers
        let response = await fixture.send(head)
        // The object may go: its bytes stay readable for who has opened it.
        try await fixture.store.delete(ObjectKey("a"))
        return response
    }

    @Test("GET answers a range as RFC 9110 and S3 do", arguments: cases)
    func get(_ range: RangeCase) async throws {
        let response = try await send("GET", [HeaderField("Range", range.header)], text: "0123456789")
        #expect(response.status == range.status)
        guard range.status != 416 else {
            #expect(response.errorCode == "InvalidRange")
            #expect(response.header("content-range") == "bytes */10")
            return
        }
        #expect(try await response.text() == range.text)
        #expect(response.header("content-length") == String(range.text.utf8.count))
        #expect((response.header("content-range") == nil) == (range.status == 200))
    }

    @Test("HEAD answers like GET, without a body", arguments: cases)
    func head(_ range: RangeCase) async throws {
        let response = try await send("HEAD", [HeaderField("Range", range.header)], text: "0123456789")
        #expect(response.status == range.status)
        guard case .none = response.body else {
            Issue.record("HEAD has a body")
            return
        }
        if range.status != 416 { #expect(response.header("content-length") == String(range.text.utf8.count)) }
    }

    @Test("Content-Range names the bytes and the size")
    func contentRange() async throws {
        let response = try await send("GET", [HeaderField("Range", "bytes=-4")], text: "0123456789")
        #expect(response.header("content-range") == "bytes 6-9/10")
    }

    @Test("no range of an empty object can be satisfied", arguments: ["bytes=0-", "bytes=0-0", "bytes=-1"])
    func empty(_ range: String) async throws {
        #expect(try await send("GET", [HeaderField("Range", range)], text: "").status == 416)
        #expect(try await send("GET", [], text: "").status == 200)
    }

    @Test(
        "conditions decide before the range",
        arguments: [
            ("If-Range", "\"781e5e245d69b566979b86e28d23f2c7\"", 206), ("If-Range", "\"other\"", 200),
            ("If-Range", "Fri, 02 Jan 2026 03:04:05 GMT", 200),
            ("If-Match", "\"781e5e245d69b566979b86e28d23f2c7\"", 206), ("If-Match", "*", 206),
            ("If-Match", "\"other\"", 412), ("If-None-Match", "\"781e5e245d69b566979b86e28d23f2c7\"", 304),
            ("If-None-Match", "W/\"781e5e245d69b566979b86e28d23f2c7\"", 304), ("If-None-Match", "\"other\"", 206),
        ]
    )
    func conditions(_ name: String, _ value: String, _ status: Int) async throws {
        let headers = [HeaderField("Range", "bytes=0-1"), HeaderField(name, value)]
        #expect(try await send("GET", headers, text: "0123456789").status == status)
    }

    @Test("a response tells type, time, etag and that ranges are taken")
    func headers() async throws {
        let response = try await send("GET", [], text: "0123456789")
        #expect(response.header("content-type") == "text/plain")
        #expect(response.header("last-modified") == "Fri, 02 Jan 2026 03:04:05 GMT")
        #expect(response.header("etag") == "\"781e5e245d69b566979b86e28d23f2c7\"")
        #expect(response.header("accept-ranges") == "bytes")
        #expect(response.header("x-content-type-options") == "nosniff")
    }
}
