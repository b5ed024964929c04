import HTTPTypes

/// All routes, for registering them, for `Allow`, for the OpenAPI document, and for tests that walk every route.
struct RouteTable: Sendable {
    let endpoints: [Endpoint]

    /// - Throws: ``RouteTableError`` for a table that would not mean what it says; the API does not start with one.
    init(endpoints: [Endpoint]) throws(RouteTableError) {
        self.endpoints = endpoints
        var seen: Set<String> = []
        for endpoint in endpoints {
            guard seen.insert(endpoint.name).inserted else { throw .duplicate(endpoint.name) }
            try Self.check(endpoint)
        }
    }

    private static func check(_ endpoint: Endpoint) throws(RouteTableError) {
        let described = endpoint.parameters.filter { $0.place == .path }.map(\.name)
        guard Set(described) == Set(endpoint.pathParameterNames), described.count == Set(described).count else {
            throw .parameters(endpoint.name, described: described, expected: endpoint.pathParameterNames)
        }
        let namesObject = endpoint.pathParameterNames.contains("id")
        guard !namesObject || endpoint.ownership != .unowned else { throw .ownerless(endpoint.name) }
        guard endpoint.audience != .roles([]) else { throw .nobody(endpoint.name) }
        guard !endpoint.outcomes.isEmpty else { throw .undescribed(endpoint.name) }
    }

    /// The methods that exist at a concrete path; as in the router, a literal path hides a pattern.
    func methods(at path: String) -> [HTTPRequest.Method] { endpoints(at: path).flatMap { methods(of: $0) } }

    /// The methods that a route answers: its own, and `HEAD` where there is a `GET` (RFC 9110, section 9.1), which is the
    /// same without the body.
    func methods(of endpoint: Endpoint) -> [HTTPRequest.Method] {
        let hasOwnHead = endpoints.contains { $0.path == endpoint.path && $0.method == .head }
        return endpoint.method == .get && !hasOwnHead ? [.get, .head] : [endpoint.method]
    }

    /// The routes at a concrete path.
    func endpoints(at path: String) -> [Endpoint] {
        let literal = endpoints.filter { $0.path == path }
        return literal.isEmpty ? endpoints.filter { Self.matches($0.path, path) } : literal
    }

    private static func matches(_ pattern: String, _ path: String) -> Bool {
        let pattern = pattern.split(separator: "/")
        let path = path.split(separator: "/")
        if pattern.last == "**" {
            return path.count >= pattern.count && zip(pattern.dropLast(), path).allSatisfy { fits($0, $1) }
        }
        return path.count == pattern.count && zip(pattern, path).allSatisfy { fits($0, $1) }
    }

    private static func fits(_ pattern: Substring, _ component: Substring) -> Bool {
        pattern.hasPrefix("{") || pattern == component
    }
}

/// A mistake in the declaration of the routes.
enum RouteTableError: Error, Equatable, CustomStringConvertible {
    case duplicate(String)
    case parameters(String, described: [String], expected: [String])
    case ownerless(String)
    case nobody(String)
    case undescribed(String)

    /// Stable, kebab-case.
    var code: String { "route-table-invalid" }

    var description: String {
        switch self {
        case .duplicate(let name):
            "\(name) is declared twice, expected once. Remove one."
        case .parameters(let name, let described, let expected):
            "\(name) describes the path parameters \(described), expected \(expected). Describe each once."
        case .ownerless(let name):
            "\(name) names an object but not whose, expected an ownership other than unowned in its policy."
        case .nobody(let name):
            "\(name) admits no role, expected at least one. Name the roles, or remove the route."
        case .undescribed(let name):
            "\(name) does not say what it gives, expected at least one outcome."
        }
    }
}
