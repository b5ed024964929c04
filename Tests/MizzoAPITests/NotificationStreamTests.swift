import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

/// A reader of a stream, event by event.
private final class Listener: ResponseBodyWriter, Sendable {
    private let texts: AsyncStream<String>
    private let text: AsyncStream<String>.Continuation

    init() { (texts, text) = AsyncStream<String>.makeStream() }

    func write(_ buffer: ByteBuffer) { text.yield(String(buffer: buffer)) }

    func finish(_ trailingHeaders: HTTPFields?) { text.finish() }

    /// What comes next; `nil` when the stream has ended.
    func next() async -> String? {
        for await text in texts { return text }
        return nil
    }
}

/// Stands for the database's own news of commits.
private final class Commits: Sendable {
    private let observers = Mutex<[@Sendable () -> Void]>([])

    var source: ChangeSource {
        ChangeSource { observer in
            self.observers.withLock { $0.append(observer) }
            return { self.observers.withLock { $0 = [] } }
        }
    }

    func tell() { for observer in observers.withLock({ $0 }) { observer() } }
}

extension Platform {
    fileprivate func stream(
        _ hub: NotificationHub,
        of person: Person,
        after id: Int64,
        seconds: TimeInterval = 900
    ) throws -> NotificationStream {
        NotificationStream(
            database: database,
            subscription: try hub.subscribe(person.id),
            start: NotificationID(rawValue: id),
            endsAt: now + seconds,
            now: dependencies.now
        )
    }
}

@Suite("Notification stream", .timeLimit(.minutes(1)))
struct NotificationStreamTests {
    /// Runs `body` beside the stream it listens to, and ends both.
    private func listening(
        to stream: NotificationStream,
        _ body: (Listener) async throws -> Void
    ) async throws {
        let listener = Listener()
        let written = stream.body
        try await withThrowingTaskGroup { group in
            group.addTask { try await written.write(listener) }
            try await body(listener)
            group.cancelAll()
        }
    }

    @Test("what happened after Last-Event-ID comes first, in order, and news follow when they are committed")
    func resume() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .published)
        let hub = platform.hub
        try await listening(to: try platform.stream(hub, of: .artist, after: 0)) { listener in
            #expect(await listener.next() == "retry: 3000\nid: 0\n\n")
            #expect(await listener.next()?.hasPrefix("id: 1\nevent: track-reviewing\ndata: {\"body\":") == true)
            let second = try #require(await listener.next())
            #expect(second.hasPrefix("id: 2\nevent: track-published\ndata: {") && second.hasSuffix("}\n\n"))
            #expect(second.split(separator: "\n").count == 3)
            try platform.walk(id, through: [.blocked])
            await hub.sweep()
            #expect(await listener.next()?.hasPrefix("id: 3\nevent: track-blocked\n") == true)
            hub.tick()
            #expect(await listener.next() == ": still here\n\n")
        }
        try await listening(to: try platform.stream(hub, of: .artist, after: 2)) { listener in
            _ = await listener.next()
            #expect(await listener.next()?.hasPrefix("id: 3\n") == true)
        }
    }

    @Test("others hear nothing of it")
    func own() async throws {
        let platform = try Platform()
        let hub = platform.hub
        try await listening(to: try platform.stream(hub, of: .rival, after: 0)) { listener in
            _ = await listener.next()
            try platform.track(at: .published)
            await hub.sweep()
            hub.tick()
            #expect(await listener.next() == ": still here\n\n")
        }
    }

    @Test("more than a page is sent completely, and deleted notifications are left out")
    func backlog() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .published)
        for _ in 0..<60 { try platform.walk(id, through: [.blocked, .published]) }
        try await platform.database.write { db in
            _ = try Catalog.apply(.delete, to: .init(rawValue: 5), of: Person.artist.id, at: Platform.start, in: db)
        }
        try await listening(to: try platform.stream(platform.hub, of: .artist, after: 0)) { listener in
            _ = await listener.next()
            for expected in 1...122 where expected != 5 {
                #expect(await listener.next()?.hasPrefix("id: \(expected)\n") == true)
            }
        }
    }

    @Test("a stream ends when it is old or its user is locked out")
    func ending() async throws {
        let platform = try Platform()
        let hub = platform.hub
        try await listening(to: try platform.stream(hub, of: .artist, after: 0, seconds: 60)) { listener in
            _ = await listener.next()
            platform.pass(60)
            hub.tick()
            #expect(await listener.next() == nil)
        }
        try await listening(to: try platform.stream(hub, of: .artist, after: 0)) { listener in
            _ = await listener.next()
            try await platform.database.write { db in
                try Catalog.setUser(Person.artist.id, disabled: true, at: Platform.start, in: db)
            }
            hub.tick()
            #expect(await listener.next() == nil)
        }
    }

    @Test("a user has five streams, and one that ends makes room, even if nobody ever wrote it")
    func bounds() async throws {
        let platform = try Platform()
        let hub = platform.hub
        var held = try (0..<5).map { _ in try platform.stream(hub, of: .artist, after: 0) }
        #expect(platform.dependencies.metrics.snapshot.streams == 5)
        #expect(throws: Problem.self) { try hub.subscribe(Person.artist.id) }
        _ = try hub.subscribe(Person.rival.id)
        held.removeLast()
        #expect(throws: Never.self) { try hub.subscribe(Person.artist.id) }
        held.removeAll()
        #expect(platform.dependencies.metrics.snapshot.streams == 0)
    }

    @Test("the running hub wakes at commits and ends its streams with the application")
    func service() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .reviewing)
        let commits = Commits()
        var dependencies = platform.dependencies
        dependencies.changes = commits.source
        let hub = notificationHub(configuration: platform.configuration, dependencies: dependencies)
        let stream = try platform.stream(hub, of: .artist, after: 1)
        try await withThrowingTaskGroup { group in
            group.addTask { try await hub.run() }
            try await listening(to: stream) { listener in
                _ = await listener.next()
                try platform.walk(id, through: [.published])
                commits.tell()
                #expect(await listener.next()?.hasPrefix("id: 2\n") == true)
            }
            group.cancelAll()
        }
    }

    @Test("Last-Event-ID is a number, and the answer is an unbuffered event stream")
    func route() async throws {
        try await Platform().run { api in
            for bad in ["x", "-1", "1.5", "99999999999999999999", ""] {
                let response = try await api.get("/notification/stream", as: .artist, headers: [.lastEventID: bad])
                try expectProblem(response, .badRequest, "parameter-invalid")
            }
            // Streams of the test platform end at once.
            let stream = try await api.get("/notification/stream", as: .artist, headers: [.lastEventID: "99"])
            #expect(stream.status == .ok && stream.text == "retry: 3000\nid: 0\n\n")
            #expect(stream.headers[.contentType] == "text/event-stream" && stream.headers[.cacheControl] == "no-store")
        }
    }
}
