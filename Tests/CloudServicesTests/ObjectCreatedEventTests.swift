import CloudServices
import Foundation
import Testing

@Suite("S3 events")
struct ObjectCreatedEventTests {
    private func record(
        version: String = "2.1",
        name: String = "ObjectCreated:Put",
        key: String = "a",
        more: String = ""
    ) -> String {
        """
        {"eventVersion":"\(version)","eventSource":"aws:s3","eventName":"\(name)",
        "eventTime":"2026-01-02T03:04:05.678Z",
        "s3":{"s3SchemaVersion":"1.0","bucket":{"name":"mizzo"},"object":{"key":"\(key)","size":3,"eTag":"e"\(more)}}}
        """
    }

    private static func withObject(_ object: String) -> String {
        #"{"Records":[{"eventVersion":"2.1","eventName":"ObjectCreated:Put","#
            + #""s3":{"bucket":{"name":"b"},"object":\#(object)}}]}"#
    }

    private func parse(_ records: String...) throws -> [ObjectCreatedEvent] {
        try ObjectCreatedEvent.parse("{\"Records\":[\(records.joined(separator: ","))]}")
    }

    @Test(
        "a key is form-url-decoded, however it was encoded",
        arguments: [
            ("raw-track/t+1%2B%C3%BC.mp3", "raw-track/t 1+ü.mp3"),
            ("raw-track%2Ft+1%2B%C3%BC.mp3", "raw-track/t 1+ü.mp3"),
            ("raw-track%2ft%20a", "raw-track/t a"), ("%E6%97%A5%E6%9C%AC", "日本"), ("日本", "日本"),
            ("a%2541", "a%41"),
        ]
    )
    func decodesKeys(_ encoded: String, _ key: String) throws {
        #expect(try parse(record(key: encoded)).map(\.key) == [key])
    }

    @Test("every 2.x version is taken", arguments: ["2.0", "2.1", "2.4", "2.6", "2.99"])
    func versions(_ version: String) throws {
        #expect(try parse(record(version: version)).count == 1)
    }

    @Test(
        "every way of creating is taken, also with the old prefix",
        arguments: ["Put", "Post", "Copy", "CompleteMultipartUpload"]
    )
    func operations(_ operation: String) throws {
        let events = try parse(
            record(name: "ObjectCreated:\(operation)"),
            record(name: "s3:ObjectCreated:\(operation)")
        )
        #expect(events.map(\.operation) == [operation, operation])
    }

    @Test("records of other events are left out, unknown fields ignored")
    func leavesOut() throws {
        let events = try parse(
            record(name: "ObjectRemoved:Delete"),
            record(key: "b", more: ",\"sequencer\":\"0A\",\"versionId\":null,\"new\":{\"x\":[1]}")
        )
        #expect(events.map(\.key) == ["b"])
        #expect(events.first?.sequencer == "0A")
        #expect(events.first?.size == 3)
        #expect(events.first?.time?.timeIntervalSince1970.rounded() == 1_767_323_046)
    }

    @Test("a time without zone is read as UTC")
    func timeWithoutZone() throws {
        let body = record().replacing("05.678Z", with: "05.678")
        #expect(try parse(body).first?.time != nil)
    }

    @Test("the test event and an empty list give no events")
    func testEvent() throws {
        let body = #"{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-01-02T03:04:05Z","Bucket":"mizzo"}"#
        #expect(try ObjectCreatedEvent.parse(body).isEmpty)
        #expect(try ObjectCreatedEvent.parse(#"{"Records":[]}"#).isEmpty)
    }

    @Test(
        "what is no event is refused with a reason",
        arguments: [
            "", "x", "[]", "1", "null", "{}", #"{"Records":1}"#, #"{"Records":[1]}"#, #"{"Records":[{}]}"#,
            #"{"Event":"other"}"#, #"{"Records":[{"eventVersion":"2.1","eventName":"ObjectCreated:Put"}]}"#,
            #"{"Records":[{"eventVersion":"3.0","eventName":"ObjectCreated:Put"}]}"#,
            withObject(#"{}"#),
            withObject(#"{"key":"%z"}"#),
            withObject(#"{"key":"%ff"}"#),
            withObject(#"{"key":""}"#),
        ]
    )
    func malformed(_ body: String) {
        let error = #expect(throws: MalformedEvent.self) { try ObjectCreatedEvent.parse(body) }
        #expect(error?.code == "event-malformed" && error?.message.isEmpty == false)
    }

    @Test(
        "sequencers compare padded on the right",
        arguments: [("0055", "0056", true), ("0056", "0055", false), ("005", "0051", true), ("00A", "00a0", false)]
    )
    func sequencers(_ mine: String, _ theirs: String, _ isOlder: Bool) throws {
        let events = try parse(
            record(more: ",\"sequencer\":\"\(mine)\""),
            record(more: ",\"sequencer\":\"\(theirs)\"")
        )
        #expect(events[0].isOlder(than: events[1]) == isOlder)
    }

    @Test(
        "the embedded store's event has S3's shape and reads back",
        arguments: ["t 1+ü", "日本", "a*b~c", "it's (1)&=?"]
    )
    func roundTrip(_ name: String) async throws {
        let fixture = try CloudFixture()
        let key = "raw-track/\(name).mp3"
        let info = try await fixture.put(key, "hello")
        _ = try await fixture.put("raw-track/other.wav", "suffix differs")
        _ = try await fixture.put("transcoded-track/a.mp3", "prefix differs")
        let messages = try await fixture.queue.receive(limit: 10, visibilityTimeout: .seconds(30))
        #expect(messages.count == 1)
        let body = try #require(messages.first?.body)
        #expect(body.hasPrefix(#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-east-1""#))
        #expect(body.contains(#""eventTime":"2026-01-02T03:04:05.000Z","eventName":"ObjectCreated:Put""#))
        #expect(
            body.contains(
                #""bucket":{"name":"mizzo","ownerIdentity":{"principalId":"embedded"},"arn":"arn:aws:s3:::mizzo"}"#
            )
        )
        #expect(body.contains("\"key\":\"raw-track/"))
        let event = try #require(try ObjectCreatedEvent.parse(body).first)
        #expect(event.key == key && event.bucket == "mizzo" && event.etag == info.etag && event.size == 5)
        #expect(event.sequencer?.utf8.count == 16)
    }
}
