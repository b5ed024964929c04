import HTTPTypes
import Hummingbird
import MizzoCatalog

/// One route: method, path, who may use it, what it takes and gives, and what it does. There is no way to make one
/// without a policy, and what is not described here is not in the API's OpenAPI document.
struct Endpoint: Sendable {
    typealias OpenHandler = @Sendable (Request, APIContext, Principal?) async throws -> Response
    typealias Handler = @Sendable (Request, APIContext, Principal) async throws -> Response
    typealias DelegatedHandler = @Sendable (Request, APIContext) async throws -> Response

    /// The handler as its policy guards it.
    enum Access: Sendable {
        case open(OpenHandler)
        case roles(Set<Role>, Handler)
        case delegated(DelegatedHandler)
    }

    let method: HTTPRequest.Method
    /// With `{name}` for parameters and `**` for the rest.
    let path: String
    let audience: Audience
    let ownership: Ownership
    let access: Access
    /// One line for the API's documentation.
    let summary: String
    let parameters: [Parameter]
    let body: BodyDescription?
    let outcomes: [Outcome]
    /// The problems of this route alone; ``allProblems`` adds those of its kind.
    let problems: [ProblemKind]

    init<Handler>(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ policy: Policy<Handler>,
        _ summary: String,
        parameters: [Parameter] = [],
        takes body: BodyDescription? = nil,
        gives outcomes: [Outcome],
        problems: [ProblemKind] = [],
        handle: Handler
    ) {
        self.method = method
        self.path = path
        audience = policy.audience
        ownership = policy.ownership
        access = policy.guarding(handle)
        self.summary = summary
        self.parameters = parameters
        self.body = body
        self.outcomes = outcomes
        self.problems = problems
    }

    /// `GET` and `HEAD` with one handler.
    static func readable<Handler>(
        _ path: String,
        _ policy: Policy<Handler>,
        _ summary: String,
        parameters: [Parameter] = [],
        gives outcomes: [Outcome],
        problems: [ProblemKind] = [],
        handle: Handler
    ) -> [Endpoint] {
        [HTTPRequest.Method.get, .head].map { method in
            Endpoint(
                method,
                path,
                policy,
                summary,
                parameters: parameters,
                gives: outcomes,
                problems: problems,
                handle: handle
            )
        }
    }

    /// `METHOD path`, as in messages and metrics.
    var name: String { "\(method.rawValue) \(path)" }

    /// The names between braces in the path.
    var pathParameterNames: [String] {
        path.split(separator: "/").compactMap { $0.hasPrefix("{") ? String($0.dropFirst().dropLast()) : nil }
    }

    /// Whether an `Idempotency-Key` is heeded: on every `POST` by somebody who is known.
    var takesKey: Bool {
        guard case .roles = audience else { return false }
        return method == .post
    }

    /// The described parameters and those that come with the kind of the route.
    var allParameters: [Parameter] { parameters + (takesKey ? [.idempotencyKey] : []) }

    /// Every problem this route may answer with, those that come with its kind of policy and body included.
    var allProblems: [ProblemKind] {
        var kinds = problems + [.requestRefused, .internalError, .notReady]
        if audience != .signatory { kinds.append(.tokenInvalid) }
        if rateClass != nil { kinds.append(.rateLimited) }
        if case .roles = audience { kinds += [.tokenMissing, .roleNotAllowed] }
        if takesKey { kinds += [.idempotencyKeyInUse, .idempotencyKeyReused, .bodyTooLarge, .requestTooSlow] }
        if body != nil {
            kinds += [.jsonInvalid, .bodyTooLarge, .requestTooSlow, .contentTypeUnsupported, .validationFailed]
        }
        if !allParameters.allSatisfy({ $0.place == .path }) { kinds.append(.parameterInvalid) }
        var seen: Set<ProblemKind> = []
        return kinds.filter { seen.insert($0).inserted }
    }
}
