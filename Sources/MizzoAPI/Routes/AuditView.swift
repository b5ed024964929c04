import FoundationEssentials
import MizzoCatalog

/// One line of a history: who moved or edited something, when and why.
struct AuditView: Encodable, Described {
    static let schema = Schema.object(
        "AuditEntry",
        [
            .required("id", .integer), .required("actor", .string()), .required("at", .time),
            .optional("from", .string()), .required("to", .string()), .optional("reason", .string()),
            .optional("note", .string()),
        ]
    )

    var id: Int64
    var actor: String
    var at: Date
    var from: String?
    var to: String
    var reason: String?
    var note: String?

    init(_ entry: TrackAuditEntry) {
        (id, actor, at) = (entry.id, entry.actor.rawValue, entry.at)
        (from, to, reason, note) = (entry.from?.rawValue, entry.to.rawValue, entry.reason, entry.note)
    }

    init(_ entry: StatusAuditEntry) {
        (id, actor, at) = (entry.id, entry.actor.rawValue, entry.at)
        (from, to, reason, note) = (entry.from, entry.to, entry.reason, entry.note)
    }
}

/// A whole history, oldest first.
struct AuditTrail: Encodable, Described {
    static let schema = Schema.object("AuditTrail", [.required("items", .array(of: AuditView.schema))])
    var items: [AuditView]
}
