import CloudPeers
import Foundation
import Testing

@testable import CloudServices

@Suite("SQS client against moto", .timeLimit(.minutes(2)))
struct SQSQueueTests {
    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? QueueError)?.code
        }
    }

    @Test("a message is sent, received once while hidden, counted and deleted")
    func lifeOfMessage() async throws {
        let queue = try await SQSFixture().queue
        let body = "{\"ü\": \"<&>\"}"
        let id = try await queue.send(body)
        let message = try #require(try await queue.receive(limit: 10, visibilityTimeout: .seconds(60)).first)
        #expect(message.id == id && message.body == body && message.receiveCount == 1)
        #expect(abs(message.sentAt.timeIntervalSinceNow) < 60 && message.firstReceivedAt >= message.sentAt)
        #expect(try await queue.receive(limit: 10, visibilityTimeout: .seconds(60)).isEmpty)
        #expect(try await queue.counts() == QueueCounts(visible: 0, inFlight: 1, delayed: 0, deadLetters: 0))
        try await queue.changeVisibility(message.receipt, to: .zero)
        let again = try #require(try await queue.receive(limit: 10, visibilityTimeout: .seconds(60)).first)
        #expect(again.id == id && again.receiveCount == 2)
        try await queue.delete(again.receipt)
        #expect(try await queue.counts() == QueueCounts(visible: 0, inFlight: 0, delayed: 0, deadLetters: 0))
    }

    @Test("25 messages are deleted in batches; a handle that is none is reported as stale")
    func batches() async throws {
        let fixture = try await SQSFixture()
        for number in 0..<25 { try await fixture.queue.send("\(number)") }
        let messages = try await fixture.drain()
        #expect(Set(messages.map(\.body)).count == 25)
        let foreign = ReceiptHandle(rawValue: "no-such-handle")
        let failures = try await fixture.queue.deleteBatch(messages.map(\.receipt) + [foreign])
        #expect(failures.map(\.receipt) == [foreign])
        #expect(failures.first?.error.code == "receipt-handle-stale")
        #expect(try await fixture.queue.counts().inFlight == 0)
    }

    @Test("a message that is received too often goes to the dead letters and comes back when redriven")
    func deadLetters() async throws {
        let queue = try await SQSFixture(maximumReceiveCount: 2).queue
        try await queue.send("poison")
        for _ in 0..<2 {
            let message = try #require(try await queue.receive(limit: 1, visibilityTimeout: .seconds(60)).first)
            try await queue.changeVisibility(message.receipt, to: .zero)
        }
        #expect(try await queue.receive(limit: 1, visibilityTimeout: .seconds(60)).isEmpty)
        #expect(try await queue.counts().deadLetters == 1)
        #expect(try await queue.redrive(nil) == 1)
        let back = try await queue.receive(limit: 1, visibilityTimeout: .seconds(60))
        #expect(back.map(\.body) == ["poison"] && back.first?.receiveCount == 1)
    }

    @Test("a rejected message is a dead letter with its reason at once; ids choose what is redriven")
    func reject() async throws {
        let fixture = try await SQSFixture()
        let queue = fixture.queue
        for body in ["one", "two"] { try await queue.send(body) }
        for message in try await fixture.drain() { try await queue.reject(message, reason: "not \(message.body)") }
        let letters = try await queue.deadLetters(limit: 10)
        #expect(Set(letters.map(\.reason)) == ["not one", "not two"])
        #expect(try await queue.counts() == QueueCounts(visible: 0, inFlight: 0, delayed: 0, deadLetters: 2))
    }

    @Test("a queue without dead letters, a missing queue and wrong arguments have codes of their own")
    func refusals() async throws {
        let bare = try await SQSFixture(hasDeadLetters: false).queue
        #expect(await code { _ = try await bare.deadLetterQueue() } == "queue-without-dead-letters")
        let fixture = try S3Fixture(url: try await CloudPeers.moto.url)
        let credentials = CachedCredentials(S3Fixture.peerCredentials)
        func queue(_ url: String) throws -> SQSQueue {
            try SQSQueue(url: url, region: "us-east-1", credentials: credentials, client: fixture.client)
        }
        let missing = try queue("\(try await CloudPeers.moto.url)/123456789012/nobody")
        #expect(await code { try await missing.send("x") } == "queue-not-found")
        #expect(await code { try await bare.send("") } == "queue-argument-invalid")
        #expect(
            await code { _ = try await bare.receive(limit: 11, visibilityTimeout: .zero) } == "queue-argument-invalid"
        )
        for url in ["uploads", "https://sqs.eu-central-1.amazonaws.com/uploads", "ftp://h/1/q", "https://h/1/"] {
            let refusal = await code { _ = try queue(url) }
            #expect(refusal == "queue-argument-invalid")
        }
    }

    @Test("throttling and failures are repeated, refusals are not")
    func retries() async throws {
        func answer(_ status: Int, _ type: String) -> ScriptedServer.Answer {
            .init(status, [:], "{\"__type\":\"com.amazonaws.sqs#\(type)\",\"message\":\"m\"}".utf8)
        }
        for (status, type, attempts) in [(400, "ThrottlingException", 4), (500, "InternalError", 4), (400, "X", 1)] {
            let server = ScriptedServer([answer(status, type)])
            try await server.serving { url in
                let fixture = try S3Fixture(url: url)
                let queue = try SQSQueue(
                    url: "\(url)/1/q",
                    region: "us-east-1",
                    credentials: CachedCredentials(S3Fixture.peerCredentials),
                    client: fixture.client,
                    backOff: fixture.pauses.backOff(attemptsMax: 4)
                )
                #expect(await code { try await queue.send("x") } == "queue-request-refused")
                #expect(server.requests.count == attempts, "\(type)")
            }
        }
    }

    @Test(
        "uploads reach the queue as events: keys decoded, a test event first, two events of one multipart upload agree"
    )
    func events() async throws {
        let fixture = try await SQSFixture()
        try await fixture.announceUploads()
        let small = try await fixture.s3.put("raw-track/ä b+c.mp3", pattern(1000))
        let large = try await fixture.s3.put("raw-track/large.mp3", pattern(6 << 20))
        _ = try await fixture.s3.put("poster/no.jpg", pattern(10))
        let messages = try await fixture.drain()
        let events = try messages.flatMap { try ObjectCreatedEvent.parse($0.body) }
        #expect(messages.contains { $0.body.contains("s3:TestEvent") })
        #expect(Set(events.map(\.key)) == ["raw-track/ä b+c.mp3", "raw-track/large.mp3"])
        let first = try #require(events.first { $0.key == "raw-track/ä b+c.mp3" })
        #expect(first.etag == small.etag && first.size == 1000)
        let parts = events.filter { $0.key == "raw-track/large.mp3" }
        #expect(Set(parts.map(\.etag)) == [large.etag] && Set(parts.map(\.size)) == [6 << 20])
    }
}
