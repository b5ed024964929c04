import DurableSQLite
import FoundationEssentials
import Hummingbird
import MizzoCatalog
import NIOCore
import ServiceLifecycle

/// The events of one user as `text/event-stream` (WHATWG HTML, server-sent events), from a place on.
///
/// Every notification after that place comes once and in the order of creation; its id is the event's id, so a client
/// that returns with `Last-Event-ID` misses nothing. At most one page of them is in memory.
struct NotificationStream: Sendable {
    let database: any DatabaseAccess
    let subscription: NotificationHub.Subscription
    let start: NotificationID
    let endsAt: Date
    let now: @Sendable () -> Date

    private static let pageSize = 100

    var body: ResponseBody {
        ResponseBody { writer in
            // An event without data is not dispatched, but its id is remembered.
            try await writer.write(ByteBuffer(string: "retry: 3000\nid: \(start.rawValue)\n\n"))
            var last = try await sendNews(after: start, to: &writer)
            // The server drains its connections before it stops other services, so the stream hears of it itself.
            var wakeups = subscription.wakeups.cancelOnGracefulShutdown().makeAsyncIterator()
            while now() < endsAt, await wakeups.next() != nil, try await isWelcome() {
                let next = try await sendNews(after: last, to: &writer)
                if next == last { try await writer.write(ByteBuffer(string: ": still here\n\n")) }
                last = next
            }
            try await writer.finish(nil)
        }
    }

    /// - Returns: the last notification that was sent.
    @concurrent
    private func sendNews(
        after position: NotificationID,
        to writer: inout any ResponseBodyWriter
    ) async throws -> NotificationID {
        var position = position
        while true {
            let (last, user) = (position, subscription.user)
            let page = try await database.read { db in
                try Catalog.notifications(of: user, after: last, limit: Self.pageSize, in: db)
            }
            for notification in page { try await writer.write(try Self.event(notification)) }
            position = page.last?.id ?? position
            if page.count < Self.pageSize { return position }
        }
    }

    private static func event(_ notification: UserNotification) throws -> ByteBuffer {
        var event = ByteBuffer(string: "id: \(notification.id.rawValue)\nevent: \(notification.kind.rawValue)\ndata: ")
        // JSON has no line breaks of its own, and escapes those in texts.
        var data = try JSON.encode(NotificationRoutes.View(notification))
        event.writeBuffer(&data)
        event.writeString("\n\n")
        return event
    }

    /// Whether the user may still listen: not locked out, and the stream not too old.
    @concurrent
    private func isWelcome() async throws -> Bool {
        guard now() < endsAt else { return false }
        let user = subscription.user
        return try await database.read { db in try Catalog.user(user, in: db) }?.disabledAt == nil
    }
}
