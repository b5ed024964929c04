import CloudServices
import Testing

@Suite("The embedded queue")
struct EmbeddedQueueTests {
    private let hidden = Duration.seconds(30)

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? QueueError)?.code
        }
    }

    @Test("a message is hidden for its timeout, then comes again with a new handle and a higher count")
    func visibility() async throws {
        let fixture = try CloudFixture()
        let queue = fixture.queue
        let id = try await queue.send("one")
        let first = try #require(try await queue.receive(limit: 10, visibilityTimeout: hidden).first)
        #expect(first.id == id && first.body == "one" && first.receiveCount == 1)
        #expect(first.sentAt == fixture.clock.now)
        fixture.clock.advance(29.999)
        #expect(try await queue.receive(limit: 10, visibilityTimeout: hidden).isEmpty)
        #expect(try await queue.counts() == QueueCounts(visible: 0, inFlight: 1, delayed: 0, deadLetters: 0))
        fixture.clock.advance(0.001)
        let second = try #require(try await queue.receive(limit: 10, visibilityTimeout: hidden).first)
        #expect(second.id == id && second.receiveCount == 2 && second.receipt != first.receipt)
        #expect(second.firstReceivedAt == first.firstReceivedAt && second.sentAt == first.sentAt)
    }

    @Test("a stale handle can neither delete, hide nor reject the newer delivery")
    func staleHandle() async throws {
        let fixture = try CloudFixture()
        let queue = fixture.queue
        try await queue.send("one")
        let older = try #require(try await queue.receive(limit: 1, visibilityTimeout: hidden).first)
        let stale = older.receipt
        fixture.clock.advance(30)
        let current = try #require(try await queue.receive(limit: 1, visibilityTimeout: hidden).first).receipt
        #expect(await code { try await queue.delete(stale) } == "receipt-handle-stale")
        #expect(await code { try await queue.changeVisibility(stale, to: .zero) } == "receipt-handle-stale")
        #expect(await code { try await queue.reject(older, reason: "x") } == "receipt-handle-stale")
        #expect(try await queue.deleteBatch([stale, current]).map(\.receipt) == [stale])
        #expect(try await queue.counts() == QueueCounts(visible: 0, inFlight: 0, delayed: 0, deadLetters: 0))
    }

    @Test("deleting again succeeds outside a transaction and throws inside")
    func deleteTwice() async throws {
        let fixture = try CloudFixture()
        let queue = fixture.queue
        try await queue.send("one")
        let receipt = try #require(try await queue.receive(limit: 1, visibilityTimeout: hidden).first).receipt
        try await queue.delete(receipt)
        try await queue.delete(receipt)
        let inside = await code { try await fixture.database.write { try queue.delete(receipt, in: $0) } }
        #expect(inside == "receipt-handle-stale")
    }

    @Test("a handle stays good after its timeout while nobody else has the message")
    func lateDelete() async throws {
        let fixture = try CloudFixture()
        try await fixture.queue.send("one")
        let receipt = try #require(try await fixture.queue.receive(limit: 1, visibilityTimeout: hidden).first).receipt
        fixture.clock.advance(100)
        #expect(await code { try await fixture.queue.changeVisibility(receipt, to: hidden) } == "message-not-in-flight")
        try await fixture.queue.delete(receipt)
        #expect(try await fixture.queue.counts().visible == 0)
    }

    @Test("the timeout can be prolonged and ended")
    func changeVisibility() async throws {
        let fixture = try CloudFixture()
        let queue = fixture.queue
        try await queue.send("one")
        let receipt = try #require(try await queue.receive(limit: 1, visibilityTimeout: hidden).first).receipt
        fixture.clock.advance(20)
        try await queue.changeVisibility(receipt, to: hidden)
        fixture.clock.advance(29)
        #expect(try await queue.receive(limit: 1, visibilityTimeout: hidden).isEmpty)
        try await queue.changeVisibility(receipt, to: .zero)
        #expect(try await queue.receive(limit: 1, visibilityTimeout: hidden).first?.receiveCount == 2)
    }

    @Test("after its last allowed delivery a message is a dead letter and can be redriven")
    func deadLetters() async throws {
        let fixture = try CloudFixture(maximumReceiveCount: 2)
        let queue = fixture.queue
        let id = try await queue.send("bad")
        for count in 1...2 {
            #expect(try await queue.receive(limit: 1, visibilityTimeout: hidden).first?.receiveCount == count)
            fixture.clock.advance(30)
        }
        #expect(try await queue.receive(limit: 1, visibilityTimeout: hidden).isEmpty)
        let dead = try #require(try await queue.deadLetters(limit: 10).first)
        #expect(dead.id == id && dead.body == "bad" && dead.receiveCount == 2 && dead.deadAt == fixture.clock.now)
        #expect(dead.reason == "received 2 times without being deleted")
        #expect(try await queue.redrive(["unknown"]) == 0)
        #expect(try await queue.redrive([id]) == 1)
        #expect(try await queue.receive(limit: 1, visibilityTimeout: hidden).first?.receiveCount == 1)
        #expect(try await queue.counts().deadLetters == 0)
    }

    @Test("a rejected message goes to the dead letters at once; all can be redriven")
    func reject() async throws {
        let fixture = try CloudFixture()
        let queue = fixture.queue
        for body in ["one", "two"] { try await queue.send(body) }
        for message in try await queue.receive(limit: 2, visibilityTimeout: hidden) {
            try await queue.reject(message, reason: "not JSON")
        }
        #expect(try await queue.deadLetters(limit: 1).map(\.reason) == ["not JSON"])
        #expect(try await queue.counts() == QueueCounts(visible: 0, inFlight: 0, delayed: 0, deadLetters: 2))
        #expect(try await queue.redrive(nil) == 2)
        #expect(try await queue.counts().visible == 2)
    }

    @Test("a delayed message waits, and is counted apart")
    func delay() async throws {
        let fixture = try CloudFixture()
        try await fixture.queue.send("later", delay: .seconds(5))
        #expect(try await fixture.queue.counts() == QueueCounts(visible: 0, inFlight: 0, delayed: 1, deadLetters: 0))
        #expect(try await fixture.queue.receive(limit: 1, visibilityTimeout: hidden).isEmpty)
        fixture.clock.advance(5)
        #expect(try await fixture.queue.receive(limit: 1, visibilityTimeout: hidden).count == 1)
    }

    @Test("queues in one database do not see each other's messages")
    func separation() async throws {
        let fixture = try CloudFixture()
        let clock = fixture.clock
        let other = try EmbeddedQueue(name: "other", database: fixture.database, now: { clock.now })
        try await fixture.queue.send("one")
        let receipt = try #require(try await fixture.queue.receive(limit: 1, visibilityTimeout: hidden).first).receipt
        #expect(try await other.receive(limit: 1, visibilityTimeout: hidden).isEmpty)
        try await other.delete(receipt)
        #expect(try await fixture.queue.counts().inFlight == 1)
    }

    @Test("a message sent in a transaction that fails was never sent")
    func sendInTransaction() async throws {
        let fixture = try CloudFixture()
        let queue = fixture.queue
        fixture.database.failNextWrite()
        await #expect(throws: MemoryDatabase.BrokenCommit.self) {
            try await fixture.database.write { try queue.send("one", in: $0) }
        }
        #expect(try await queue.counts().visible == 0)
    }

    @Test("arguments outside SQS's limits are refused")
    func limits() async throws {
        let fixture = try CloudFixture()
        let queue = fixture.queue
        for body in ["", "a\u{0}", "a\u{1B}", "a\u{FFFE}", String(repeating: "a", count: 262_145)] {
            #expect(await code { try await queue.send(body) } == "queue-argument-invalid")
        }
        for limit in [0, 11, -1] {
            #expect(await code { _ = try await queue.receive(limit: limit, visibilityTimeout: hidden) } != nil)
        }
        for timeout in [Duration.seconds(-1), .seconds(43_201)] {
            #expect(await code { _ = try await queue.receive(limit: 1, visibilityTimeout: timeout) } != nil)
        }
        for name in ["", "a b", "ä", "a.b", String(repeating: "a", count: 81)] {
            #expect(throws: QueueError.self) { try EmbeddedQueue(name: name, database: fixture.database) }
        }
    }
}
