import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

private let content = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
private let changed = Date(timeIntervalSince1970: 1_699_999_000.75)
private let before = HTTPTime.text(changed - 10)
private let exactly = HTTPTime.text(changed)
private let after = HTTPTime.text(changed + 10)
private let tag = "\"t\""

private typealias Row = (fields: HTTPFields, verdict: Precondition.Verdict)

private let verdicts: [Row] = [
    ([:], .proceed),
    ([.ifMatch: tag], .proceed), ([.ifMatch: "*"], .proceed), ([.ifMatch: "\"a\", \(tag)"], .proceed),
    ([.ifMatch: "\"a\""], .failed), ([.ifMatch: "W/\(tag)"], .failed), ([.ifMatch: "t"], .failed),
    ([.ifMatch: tag, .ifUnmodifiedSince: before], .proceed),
    ([.ifUnmodifiedSince: before], .failed), ([.ifUnmodifiedSince: exactly], .proceed),
    ([.ifUnmodifiedSince: after], .proceed), ([.ifUnmodifiedSince: "yesterday"], .proceed),
    ([.ifNoneMatch: tag], .notModified), ([.ifNoneMatch: "W/\(tag)"], .notModified),
    ([.ifNoneMatch: "*"], .notModified), ([.ifNoneMatch: "\"a\",\(tag)"], .notModified),
    ([.ifNoneMatch: "\"a\""], .proceed), ([.ifNoneMatch: "\"a\"", .ifModifiedSince: after], .proceed),
    ([.ifModifiedSince: after], .notModified), ([.ifModifiedSince: exactly], .notModified),
    ([.ifModifiedSince: before], .proceed), ([.ifModifiedSince: "0"], .proceed),
    ([.ifMatch: "\"a\"", .ifNoneMatch: tag], .failed), ([.ifMatch: tag, .ifNoneMatch: tag], .notModified),
]

private let ranges: [(condition: String?, age: TimeInterval, allowed: Bool)] = [
    (nil, 1000, true), (tag, 1000, true), ("W/\(tag)", 1000, false), ("\"a\"", 1000, false), ("t", 1000, false),
    (exactly, 1000, true), (before, 1000, false), (after, 1000, false), (exactly, 0.1, false), (exactly, 1.5, true),
    ("\(tag), \"a\"", 1000, false), ("*", 1000, false), ("", 1000, false),
    ("Sunday, 06-Nov-94 08:49:37 GMT", 1000, false), ("Tue Nov 14 21:56:40 2023", 1000, true),
]

private func request(_ fields: HTTPFields) -> Request {
    Request(
        head: .init(method: .get, scheme: nil, authority: nil, path: "/", headerFields: fields),
        body: .init(buffer: .init())
    )
}

@Suite("Conditional and partial reads")
struct ConditionTests {
    @Test("preconditions are evaluated in RFC 9110's order", arguments: verdicts.indices)
    func preconditions(index: Int) {
        let condition = Precondition(tag: tag, modifiedAt: changed, now: changed + 1000)
        #expect(condition.verdict(on: request(verdicts[index].fields)) == verdicts[index].verdict)
    }

    @Test("If-Range takes the strong tag or a date that is old enough, nothing else", arguments: ranges.indices)
    func ifRange(index: Int) {
        let row = ranges[index]
        let condition = Precondition(tag: tag, modifiedAt: changed, now: changed + row.age)
        var fields = HTTPFields()
        fields[.ifRange] = row.condition
        #expect(condition.allowsRange(request(fields)) == row.allowed, "\(row.condition ?? "none")")
    }

    @Test("without a date of change, conditions on dates count as absent")
    func undated() {
        let condition = Precondition(tag: tag, modifiedAt: nil, now: changed)
        for name in [HTTPField.Name.ifModifiedSince, .ifUnmodifiedSince] {
            #expect(condition.verdict(on: request([name: exactly])) == .proceed)
        }
        #expect(!condition.allowsRange(request([.ifRange: exactly])))
    }

    @Test("dates are written and read as HTTP has them")
    func dates() {
        #expect(HTTPTime.text(Date(timeIntervalSince1970: 784_111_777)) == "Sun, 06 Nov 1994 08:49:37 GMT")
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ] { #expect(HTTPTime.date(text) == Date(timeIntervalSince1970: 784_111_777), "\(text)") }
        for seconds in stride(from: 0.0, to: 4e9, by: 12_345_678) {
            let date = Date(timeIntervalSince1970: seconds)
            #expect(HTTPTime.date(HTTPTime.text(date)) == date)
        }
        for text in [
            "", "0", "-1", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994",
            "Mon, 31 Feb 2000 00:00:00 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Xxx, 99 Nov 1994 08:49:37 GMT",
        ] {
            #expect(HTTPTime.date(text) == nil, "\(text)")
        }
    }

    @Test(
        "several ranges come as multipart/byteranges, byte-exact, with the declared length",
        arguments: [
            ("bytes=0-1,10-11", [0..<2, 10..<12]), ("bytes=-1,0-0", [35..<36, 0..<1]),
            ("bytes=0-0,2-2,4-4,6-6", [0..<1, 2..<3, 4..<5, 6..<7]), ("bytes=20-,1-1,99-", [20..<36, 1..<2]),
        ]
    )
    func multipart(field: String, parts: [Range<Int>]) async throws {
        let platform = try Platform()
        let id = try platform.track(at: .published)
        platform.media.put(MediaKeys.rawTrack(id), content)
        platform.media.modifiedAt.withLock { $0 = changed }
        try await platform.run { api in
            let response = try await api.get("/stream/\(id)", headers: [.range: field])
            #expect(response.status == .partialContent && response.headers[.contentRange] == nil)
            let type = try #require(response.headers[.contentType])
            let boundary = try #require(type.split(separator: "boundary=").last)
            #expect(type.hasPrefix("multipart/byteranges; boundary=") && boundary.count > 20)
            var expected = ""
            for (index, part) in parts.enumerated() {
                expected += (index == 0 ? "" : "\r\n") + "--\(boundary)\r\nContent-Type: audio/mpeg\r\n"
                expected += "Content-Range: bytes \(part.lowerBound)-\(part.upperBound - 1)/36\r\n\r\n"
                expected += String(decoding: content[part], as: UTF8.self)
            }
            #expect(response.text == expected + "\r\n--\(boundary)--\r\n")
            #expect(response.headers[.contentLength] == "\(response.bytes.count)")
            let head = try await api.send(.head, "/stream/\(id)", headers: [.range: field])
            #expect(head.status == .ok && head.headers[.contentLength] == "36")
        }
    }

    @Test("HLS and the original answer conditions alike; public answers may be shared, previews may not")
    func routes() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .published)
        platform.media.put(MediaKeys.rawTrack(id), content)
        platform.media.put(MediaKeys.transcoded(id, file: "high_000.aac"), content)
        platform.media.modifiedAt.withLock { $0 = changed }
        try await platform.run { api in
            for path in ["/stream/\(id)", "/hls/\(id)/high_000.aac"] {
                let whole = try await api.get(path)
                #expect(whole.headers[.cacheControl] == "public, max-age=60, must-revalidate")
                #expect(whole.headers[.vary] == "Authorization" && whole.headers[.lastModified] == exactly)
                let dated = try await api.get(path, headers: [.range: "bytes=1-2", .ifRange: exactly])
                #expect(dated.status == .partialContent && dated.text == "12")
                #expect(try await api.get(path, headers: [.ifModifiedSince: exactly]).status == .notModified)
                let other = try await api.get(path, headers: [.ifMatch: "\"x\""])
                try expectProblem(other, .preconditionFailed, "precondition-failed")
            }
            let tags = [
                try await api.get("/track/\(id)").headers[.eTag],
                try await api.get("/track/\(id)", as: .artist).headers[.eTag],
            ]
            #expect(tags[0] != tags[1])
            #expect(try await api.get("/track/\(id)", as: .artist).headers[.cacheControl] == "private, no-cache")
        }
    }
}
