import DurableSQLite
import FoundationEssentials
import GRDB
import HTTPTypes
import Hummingbird
import MizzoCatalog

/// `/admin/{kind}`: the queue, the verdicts, later moderation and the history of one kind of thing. A verdict is recorded
/// once and handed to the workflow in the same transaction; the workflow moves the status. Later moderation moves it at
/// once, since no workflow waits. Either way the audit row (who, when, why) is part of the transaction.
struct ReviewRoutes<Kind: ReviewedKind>: Sendable {
    let kind: Kind
    let configuration: APIConfiguration
    let dependencies: APIDependencies
    let cursors: CursorSeal

    var reviewing: [Endpoint] { [queue, verdict(.approve), verdict(.reject), audit] }

    private var path: String { "/admin/\(kind.naming.path)" }

    private var queue: Endpoint {
        Endpoint(
            .get,
            path,
            .roles([.admin], .any),
            "\(kind.naming.many) in a status, \(kind.naming.order)",
            parameters: Parameter.paging + [.query("status", kind.naming.statuses, "REVIEWING unless given.")]
                + kind.filters,
            gives: [.ok(Page<Kind.View>.self)]
        ) { request, _, admin in try await queue(request, admin) }
    }

    private var audit: Endpoint {
        Endpoint(
            .get,
            "\(path)/{id}/audit",
            .roles([.admin], .any),
            "Who moved and edited \(kind.naming.one), when and why",
            parameters: [kind.naming.id],
            gives: [.ok(AuditTrail.self)],
            problems: [kind.naming.notFound]
        ) { _, context, _ in
            let id = try kind.id(in: context)
            let trail = try await dependencies.database.read { db in
                _ = try kind.item(id, in: db)
                return try kind.trail(of: id, in: db)
            }
            return try JSON.response(AuditTrail(items: trail))
        }
    }

    private func verdict(_ verb: ReviewVerb) -> Endpoint {
        change(
            verb,
            "\(verb.rawValue.capitalized) \(kind.naming.one) under review",
            "The verdict is recorded; the workflow carries it out.",
            problems: kind.verdictProblems
        ) { id, reason, admin, now in
            let verdict = ReviewDecision(approved: verb == .approve, reason: reason, admin: admin, decidedAt: now)
            return { db in
                try kind.decide(id, verdict, in: db)
                return verdict
            }
        }
    }

    private func queue(_ request: Request, _ admin: Principal) async throws -> Response {
        let (filter, words) = try kind.filter(of: request)
        let scope = ["admin", kind.naming.path, admin.id.rawValue] + words.map { $0 ?? "" }
        let page = try PageRequest<Kind.Position>(request, cursors: cursors, scope: String(buffer: JSON.encode(scope)))
        let found = try await dependencies.database.read { db in
            try kind.items(matching: filter, after: page.position, limit: page.probe, in: db)
        }
        return try page.response(found, kind.position(after:)) { kind.view(of: $0, nil) }
    }

    /// What a change does in its transaction; returns the verdict, if it is one.
    typealias Effect = @Sendable (Database) throws -> ReviewDecision?

    /// A route that changes something.
    fileprivate func change(
        _ verb: ReviewVerb,
        _ summary: String,
        _ outcome: String,
        problems: [ProblemKind],
        _ effect: @escaping @Sendable (Kind.ID, _ reason: String?, _ admin: UserID, _ now: Date) -> Effect
    ) -> Endpoint {
        Endpoint(
            .post,
            "\(path)/{id}/\(verb.rawValue)",
            .roles([.admin], .any),
            summary,
            parameters: [kind.naming.id, .ifMatch],
            takes: verb.body,
            gives: [.ok(Kind.View.self, outcome, headers: [.eTag])],
            problems: [kind.naming.notFound, kind.naming.stale] + problems
        ) { request, context, admin in
            let reason = try await verb.reason(in: request, limit: configuration.bodyByteCountMax)
            let (id, now, ifMatch) = (try kind.id(in: context), dependencies.now(), request.headers[.ifMatch])
            let effect = effect(id, reason, admin.id, now)
            return try await context.transact(in: dependencies.database, at: now) { db in
                try run(effect, on: id, ifMatch, in: db)
            }
        }
    }

    private func run(_ effect: Effect, on id: Kind.ID, _ ifMatch: String?, in db: Database) throws -> Answer {
        let before = try kind.item(id, in: db)
        let verdict = try effect(db)
        // Checked last, since what was decided before tells more than that it has changed; it undoes the effect.
        if let ifMatch { try EntityTag.requireMatch(ifMatch, tag: kind.tag(of: before), stale: kind.naming.stale) }
        let item = try kind.item(id, in: db)
        return try Answer(kind.view(of: item, verdict), headers: [.eTag: kind.tag(of: item)])
    }
}

extension ReviewRoutes where Kind: ModeratedKind {
    var moderating: [Endpoint] {
        [
            moderation(.block, "Hide \(kind.naming.one) that is published"),
            moderation(.unblock, "Show \(kind.naming.one) that is blocked"),
        ]
    }

    private func moderation(_ verb: ReviewVerb, _ summary: String) -> Endpoint {
        change(
            verb,
            summary,
            "As it is now.",
            problems: [kind.naming.illegalMove]
        ) { id, reason, admin, now in
            let step = Moderation(blocks: verb == .block, reason: reason, admin: admin, at: now)
            return { db in
                try kind.moderate(id, step, in: db)
                return nil
            }
        }
    }
}
