import HTTPTypes

/// All routes, for registering them, for `Allow`, and for tests that walk every route.
struct RouteTable: Sendable {
    let endpoints: [Endpoint]

    init(endpoints: [Endpoint]) {
        self.endpoints = endpoints
    }

    /// The methods that exist at a concrete path; as in the router, a literal path hides a pattern.
    func methods(at path: String) -> [HTTPRequest.Method] {
        let literal = endpoints.filter { $0.path == path }
        return (literal.isEmpty ? endpoints.filter { Self.matches($0.path, path) } : literal).map(\.method)
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
