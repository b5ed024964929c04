import CloudServices
import GRDB
import Synchronization
import Testing

@Suite("Effect and deletion in one transaction")
struct ExactlyOnceTests {
    private final class Tally: Sendable {
        let received = Mutex(0)
        let refused = Mutex(0)
    }

    /// Consumers that now and then lose their delivery: the clock jumps past the timeout while they work.
    @Test("four consumers process 500 messages exactly once, although deliveries time out under them")
    func exactlyOnce() async throws {
        let fixture = try CloudFixture(maximumReceiveCount: 1_000)
        let (queue, tally) = (fixture.queue, Tally())
        try await fixture.database.write { database in
            try database.execute(sql: "CREATE TABLE effect (body TEXT NOT NULL)")
            for number in 0..<500 { try queue.send("message \(number)", in: database) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for consumer in 0..<4 {
                group.addTask { try await Self.run(isDisturbing: consumer == 0, fixture, tally) }
            }
            try await group.waitForAll()
        }
        let effects = try await fixture.database.read { try String.fetchAll($0, sql: "SELECT body FROM effect") }
        #expect(effects.count == 500)
        #expect(Set(effects).count == 500)
        #expect(tally.refused.withLock { $0 } > 0, "no delivery was lost: the test proves nothing")
        #expect(try await queue.counts() == QueueCounts(visible: 0, inFlight: 0, delayed: 0, deadLetters: 0))
    }

    private static func run(isDisturbing: Bool, _ fixture: CloudFixture, _ tally: Tally) async throws {
        while true {
            let messages = try await fixture.queue.receive(limit: 10, visibilityTimeout: .seconds(30))
            let counts = try await fixture.queue.counts()
            if messages.isEmpty, counts.visible + counts.inFlight == 0 { return }
            let received = tally.received.withLock { received in
                received += messages.count
                return received
            }
            if messages.isEmpty || isDisturbing && received < 2_000 { fixture.clock.advance(31) }
            for message in messages where try await !consume(message, fixture) {
                tally.refused.withLock { $0 += 1 }
            }
        }
    }

    private static func consume(_ message: QueueMessage, _ fixture: CloudFixture) async throws -> Bool {
        let queue = fixture.queue
        do {
            try await fixture.database.write { database in
                try database.execute(sql: "INSERT INTO effect (body) VALUES (?)", arguments: [message.body])
                try queue.delete(message.receipt, in: database)
            }
            return true
        } catch let error as QueueError where error.code == "receipt-handle-stale" {
            return false
        }
    }

    @Test("when one of a batch is stale, the effects of the whole transaction are undone")
    func staleBatch() async throws {
        let fixture = try CloudFixture()
        let queue = fixture.queue
        for body in ["one", "two"] { try await queue.send(body) }
        let messages = try await queue.receive(limit: 2, visibilityTimeout: .seconds(30))
        try await queue.delete(messages[1].receipt)
        await #expect(throws: QueueError.self) {
            try await fixture.database.write { try queue.deleteBatch(messages.map(\.receipt), in: $0) }
        }
        #expect(try await queue.counts().inFlight == 1)
    }

    @Test("an effect that fails leaves the message to be delivered again")
    func failedEffect() async throws {
        let fixture = try CloudFixture()
        let queue = fixture.queue
        try await queue.send("one")
        let receipt = try #require(try await queue.receive(limit: 1, visibilityTimeout: .seconds(30)).first).receipt
        fixture.database.failNextWrite()
        await #expect(throws: MemoryDatabase.BrokenCommit.self) {
            try await fixture.database.write { try queue.delete(receipt, in: $0) }
        }
        fixture.clock.advance(30)
        #expect(try await queue.receive(limit: 1, visibilityTimeout: .seconds(30)).first?.receiveCount == 2)
    }

    @Test("the migrations carry the target's prefix")
    func migrations() {
        var migrator = DatabaseMigrator()
        CloudMigrations.registerMigrations(in: &migrator)
        #expect(migrator.migrations == ["cloud-1-objects", "cloud-2-queues", "cloud-3-multipart", "cloud-4-metadata"])
    }
}
