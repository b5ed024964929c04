import CloudPeers
import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import CloudServices

@Suite("S3 client and a service that fails", .timeLimit(.minutes(1)))
struct S3RetryTests {
    typealias Answer = ScriptedServer.Answer

    private static func error(_ status: Int, _ code: String, _ headers: [String: String] = [:]) -> Answer {
        Answer(status, headers, "<Error><Code>\(code)</Code><Message>m</Message></Error>".utf8)
    }

    private static let stored = Answer(200, ["ETag": "\"e1\""])

    struct Case: Sendable, CustomTestStringConvertible {
        let answer: ScriptedServer.Answer
        let kind: ObjectStoreError.Kind
        let isRepeated: Bool
        var testDescription: String { "\(answer.status) \(kind.rawValue)" }
    }

    static let cases = [
        Case(answer: error(503, "SlowDown"), kind: .slowDown, isRepeated: true),
        Case(answer: error(503, "ServiceUnavailable"), kind: .serviceUnavailable, isRepeated: true),
        Case(answer: error(500, "InternalError"), kind: .internalError, isRepeated: true),
        Case(answer: Answer(502, [:], "<html>".utf8), kind: .serviceUnavailable, isRepeated: true),
        Case(answer: error(400, "RequestTimeout"), kind: .requestTimeout, isRepeated: true),
        Case(answer: error(409, "ConditionalRequestConflict"), kind: .conditionalRequestConflict, isRepeated: true),
        Case(answer: error(403, "AccessDenied"), kind: .accessDenied, isRepeated: false),
        Case(answer: error(403, "NeverHeardOf"), kind: .accessDenied, isRepeated: false),
        Case(answer: error(400, "EntityTooLarge"), kind: .entityTooLarge, isRepeated: false),
        Case(answer: error(404, "NoSuchBucket"), kind: .noSuchBucket, isRepeated: false),
        Case(answer: Answer(404), kind: .noSuchKey, isRepeated: false),
        Case(answer: error(412, "PreconditionFailed"), kind: .preconditionFailed, isRepeated: false),
    ]

    @Test("temporary refusals are repeated with growing pauses, others never", arguments: cases)
    func classes(_ row: Case) async throws {
        let server = ScriptedServer([row.answer])
        try await server.serving { url in
            let fixture = try S3Fixture(url: url)
            #expect(try await kind { _ = try await fixture.put("a", [1]) } == row.kind)
            #expect(server.requests.count == (row.isRepeated ? 4 : 1))
            let pauses: [Duration] = row.isRepeated ? [.milliseconds(50), .milliseconds(100), .milliseconds(200)] : []
            #expect(fixture.pauses.all == pauses)
        }
        let mended = ScriptedServer([row.answer, Self.stored])
        try await mended.serving { url in
            let fixture = try S3Fixture(url: url)
            let error = try await kind { _ = try await fixture.put("a", [1]) }
            #expect(error == (row.isRepeated ? nil : row.kind))
        }
    }

    @Test("a service that says when to come back is heeded")
    func retryAfter() async throws {
        let server = ScriptedServer([Self.error(503, "SlowDown", ["Retry-After": "7"]), Self.stored])
        try await server.serving { url in
            let fixture = try S3Fixture(url: url)
            _ = try await fixture.put("a", [1])
            #expect(fixture.pauses.all == [.seconds(7)])
        }
    }

    @Test("nobody listening is an unavailable service, after all attempts")
    func unreachable() async throws {
        let fixture = try S3Fixture(url: "http://127.0.0.1:1")
        #expect(try await kind { _ = try await fixture.store.head(ObjectKey("a")) } == .serviceUnavailable)
        #expect(fixture.pauses.all.count == 3)
    }

    @Test("a download that breaks goes on at the same byte of the same version")
    func resumes() async throws {
        let bytes = pattern(300_000)
        let server = ScriptedServer { asked in
            let range = asked.headers[.range].map { $0.dropFirst("bytes=".count).split(separator: "-") }
            let start = range.flatMap { Int($0[0]) } ?? 0
            var headers = ["ETag": "\"v1\"", "Content-Length": "\(bytes.count - start)"]
            if start > 0 { headers["Content-Range"] = "bytes \(start)-\(bytes.count - 1)/\(bytes.count)" }
            let rest = bytes[start...]
            return Answer(start > 0 ? 206 : 200, headers, rest, breaksAfter: rest.count > 100_000 ? 90_000 : nil)
        }
        try await server.serving { url in
            let fixture = try S3Fixture(url: url)
            #expect(try await fixture.bytes("a") == bytes)
            // A break may cost more bytes than were sent, so the number of requests is not known; that there are several is.
            #expect(server.requests.count > 2)
            #expect(server.requests.dropFirst().allSatisfy { $0.headers[.ifMatch] == "\"v1\"" })
        }
    }

    @Test("a download that never gets anywhere ends")
    func givesUp() async throws {
        let server = ScriptedServer([Answer(200, ["ETag": "\"v1\"", "Content-Length": "10"], [], breaksAfter: 0)])
        try await server.serving { url in
            let fixture = try S3Fixture(url: url)
            #expect(try await kind { _ = try await fixture.bytes("a") } != nil)
        }
    }

    @Test("a conditional write that meets its own lost first attempt has succeeded")
    func echo() async throws {
        let etag = "55a54008ad1ba589aa210d2629c1df41"  // MD5 of the byte 1
        let server = ScriptedServer([
            Self.error(500, "InternalError"), Self.error(412, "PreconditionFailed"),
            Answer(200, ["ETag": "\"\(etag)\"", "Content-Length": "1"]),
        ])
        try await server.serving { url in
            let fixture = try S3Fixture(url: url)
            #expect(try await fixture.put("a", [1], PutOptions(ifAbsent: true)).etag == etag)
            #expect(server.requests.map(\.method) == ["PUT", "PUT", "HEAD"])
        }
    }

    @Test("a completion that S3 answers with 200 and an error has failed; its parts are given back")
    func lateError() async throws {
        let server = ScriptedServer { asked in
            switch (asked.method, asked.query.contains("uploads=")) {
            case ("POST", true):
                Answer(
                    200,
                    [:],
                    "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>".utf8
                )
            case ("POST", false): Self.error(200, "InternalError")
            case ("DELETE", _): Answer(204)
            default: Self.stored
            }
        }
        try await server.serving { url in
            let fixture = try S3Fixture(url: url)
            #expect(try await kind { _ = try await fixture.put("a", pattern(6 << 20)) } == .internalError)
            #expect(server.requests.last?.method == "DELETE")
            #expect(server.requests.last?.query == "uploadId=u1")
            #expect(server.requests.count { $0.method == "POST" } == 5)
        }
    }

    @Test("expired credentials are asked for anew")
    func renews() async throws {
        let count = Mutex(0)
        let source = FakeSource { () -> IssuedCredentials in
            let number = count.withLock { value in
                value += 1
                return value
            }
            return IssuedCredentials(
                AWSCredentials(accessKeyID: "AK\(number)", secretAccessKey: "s", sessionToken: "t")
            )
        }
        let server = ScriptedServer([Self.error(400, "ExpiredToken"), Self.stored])
        try await server.serving { url in
            let fixture = try S3Fixture(url: url, credentials: source)
            _ = try await fixture.put("a", [1])
            let keys = server.requests.map { $0.headers[.authorization]?.contains("AK2/") }
            #expect(keys == [false, true])
        }
    }
}
