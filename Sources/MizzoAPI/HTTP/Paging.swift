import Hummingbird

/// Which part of a list a request wants.
struct PageRequest<Position: Codable & Sendable>: Sendable {
    /// Most items of one page.
    static var limitMax: Int { 200 }

    let limit: Int
    let position: Position?
    private let cursors: CursorSeal
    private let scope: String

    /// How many items to look for: one more than the page has tells whether there is a next one.
    var probe: Int { limit + 1 }

    init(_ request: Request, cursors: CursorSeal, scope: String) throws {
        let query = request.uri.queryParameters
        let asked = query.get("limit").map { Int($0) ?? 0 }
        let limit = asked ?? 50
        guard (1...Self.limitMax).contains(limit) else {
            throw Problem.badParameter("limit", "Expected a number from 1 to \(Self.limitMax).")
        }
        self.limit = limit
        self.cursors = cursors
        self.scope = scope
        position = try query.get("cursor").map { try cursors.open($0, as: Position.self, scope: scope) }
    }

    /// The page as an answer.
    ///
    /// - Parameters:
    ///   - found: at most ``probe`` items after ``position``.
    ///   - position: where the page after an item begins.
    func response<Item, View: Encodable & Described>(
        _ found: [Item],
        _ position: (Item) -> Position,
        _ view: (Item) -> View
    ) throws -> Response {
        let shown = found.prefix(limit)
        let last = found.count > limit ? shown.last : nil
        let next = try last.map { try cursors.seal(position($0), scope: scope) }
        return try JSON.response(Page(items: shown.map(view), next: next))
    }
}

/// A page of a list.
struct Page<Item: Encodable & Described>: Encodable, Described {
    static var schema: Schema {
        .object(
            "PageOf\(Item.self)",
            [.required("items", .array(of: Item.schema)), .optional("next", .string())]
        )
    }

    var items: [Item]
    /// The cursor of the next page; absent on the last one.
    var next: String?
}
