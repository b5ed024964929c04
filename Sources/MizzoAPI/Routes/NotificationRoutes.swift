import DurableSQLite
import FoundationEssentials
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// `GET /notification` and `PUT /notification/{id}`: the user's own inbox; other people's does not exist.
struct NotificationRoutes: Sendable {
    let configuration: APIConfiguration
    let dependencies: APIDependencies
    let cursors: CursorSeal
    let hub: NotificationHub

    var endpoints: [Endpoint] { [news, list, change] }

    private var news: Endpoint {
        Endpoint(
            .get,
            "/notification/stream",
            .roles(.signedIn, .own),
            "New notifications of the own inbox as they come (server-sent events)",
            parameters: [.lastEventID],
            gives: [Outcome(.ok, "Events until either side ends them.", [Outcome.text("text/event-stream")])],
            problems: [.tooManyStreams]
        ) { request, context, user in try await stream(request, context, user) }
    }

    private var list: Endpoint {
        Endpoint(
            .get,
            "/notification",
            .roles(.signedIn, .own),
            "The own inbox, unread first",
            parameters: Parameter.paging,
            gives: [.ok(Page<View>.self)]
        ) { request, _, user in try await inbox(request, user) }
    }

    private var change: Endpoint {
        Endpoint(
            .put,
            "/notification/{id}",
            .roles(.signedIn, .own),
            "Read or delete an own notification",
            parameters: [.path("id", .integer, "The notification.")],
            takes: .json(Form.self),
            gives: [.ok(View.self, "Read."), .noContent],
            problems: [.notificationNotFound]
        ) { try await apply($0, $1, $2) }
    }

    struct Form: RequestBodyForm {
        static let schema = Schema.object("NotificationForm", [.required("action", .choice(NotificationAction.self))])
        var action: String
    }

    struct View: Encodable, Described {
        static let schema = Schema.object(
            "Notification",
            [
                .required("id", .integer), .required("kind", .choice(NotificationKind.self)),
                .optional("trackId", .trackID), .optional("subject", .string()), .required("title", .string()),
                .required("body", .string()),
                .required("createdAt", .time), .optional("readAt", .time),
            ]
        )

        var id: Int64
        var kind: String
        var trackId: String?
        /// Kind and id of the track, playlist or application, as below the API's root.
        var subject: String?
        var title: String
        var body: String
        var createdAt: Date
        var readAt: Date?

        init(_ notification: UserNotification) {
            id = notification.id.rawValue
            kind = notification.kind.rawValue
            trackId = notification.track?.rawValue
            subject = notification.subject
            title = notification.title
            body = notification.body
            createdAt = notification.createdAt
            readAt = notification.readAt
        }
    }

    private func stream(_ request: Request, _ context: APIContext, _ user: Principal) async throws -> Response {
        let field = request.headers[.lastEventID]
        let asked = field.flatMap { Int64($0) }.map(NotificationID.init(rawValue:))
        guard field == nil || asked.map({ $0.rawValue >= 0 }) == true else {
            throw Problem.badParameter("Last-Event-ID", "Expected the id of an event of this stream.")
        }
        let subscription = try hub.subscribe(user.id)
        // Otherwise a client that has gone is only noticed at the second sign of life that cannot be written.
        context.channel.closeFuture.whenComplete { [weak subscription] _ in subscription?.end() }
        let latest = try await dependencies.database.read { db in try Catalog.latestNotification(in: db) }
        let stream = NotificationStream(
            database: dependencies.database,
            subscription: subscription,
            // An id from the future would silence the stream for good.
            start: min(asked ?? latest, latest),
            endsAt: dependencies.now().addingTimeInterval(TimeInterval(configuration.streams.lifetimeSeconds)),
            now: dependencies.now
        )
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no"],
            body: stream.body
        )
    }

    private func inbox(_ request: Request, _ user: Principal) async throws -> Response {
        let scope = "inbox:\(user.id)"
        let page = try PageRequest<InboxPosition>(request, cursors: cursors, scope: scope)
        let found = try await dependencies.database.read { db in
            try Catalog.inbox(of: user.id, after: page.position, limit: page.probe, in: db)
        }
        return try page.response(found, InboxPosition.init(after:), View.init)
    }

    private func apply(_ request: Request, _ context: APIContext, _ user: Principal) async throws -> Response {
        let form = try await JSON.body(Form.self, of: request, limit: 1024)
        guard let action = NotificationAction(rawValue: form.action) else {
            throw Problem.validation([FieldError(pointer: "/action", detail: "Expected read or delete.")])
        }
        let text = context.parameters.get("id") ?? ""
        let now = dependencies.now()
        let notification = try await dependencies.database.write { db -> UserNotification? in
            guard let id = Int64(text).map(NotificationID.init(rawValue:)) else { return nil }
            return try Catalog.apply(action, to: id, of: user.id, at: now, in: db)
        }
        guard let notification else {
            throw Problem(
                .notificationNotFound,
                "Notification \(text.quotedForDetail) does not exist or is not yours."
            )
        }
        switch action {
        case .read: return try JSON.response(View(notification))
        case .delete: return Response(status: .noContent)
        }
    }
}
