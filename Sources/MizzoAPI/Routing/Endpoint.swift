import HTTPTypes
import Hummingbird
import MizzoCatalog

/// One route: method, path, who may use it, and what it does. There is no way to make one without a policy.
struct Endpoint: Sendable {
    typealias OpenHandler = @Sendable (Request, APIContext, Principal?) async throws -> Response
    typealias Handler = @Sendable (Request, APIContext, Principal) async throws -> Response
    typealias DelegatedHandler = @Sendable (Request, APIContext) async throws -> Response

    /// The policy together with the handler it guards: a guarded handler is given a principal, always.
    enum Access: Sendable {
        /// Anyone; a token, if sent, must be valid.
        case open(OpenHandler)
        /// Signed-in users of these roles.
        case roles(Set<Role>, Handler)
        /// The handler checks its own kind of credentials.
        case delegated(DelegatedHandler)
    }

    let method: HTTPRequest.Method
    /// With `{name}` for parameters and `**` for the rest.
    let path: String
    let access: Access

    init(_ method: HTTPRequest.Method, _ path: String, _ access: Access) {
        self.method = method
        self.path = path
        self.access = access
    }

    /// `GET` and `HEAD` with one handler.
    static func readable(_ path: String, _ access: Access) -> [Endpoint] {
        [Endpoint(.get, path, access), Endpoint(.head, path, access)]
    }
}

extension Set<Role> {
    /// Every signed-in user.
    static var signedIn: Self { Set(Role.allCases) }
}
