import DurableSQLite
import HTTPTypes
import Hummingbird
import Logging

/// Turns every error into a problem document. Errors that are our own fault become an opaque 500 whose cause is in the
/// log under the request's id.
struct ProblemRendering: RouterMiddleware {
    let typeBase: String
    let table: RouteTable

    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            return problem(for: error, request, context).response(
                instance: request.uri.path,
                requestID: context.requestID,
                typeBase: typeBase,
                withBody: request.method != .head
            )
        }
    }

    private func problem(for error: any Error, _ request: Request, _ context: APIContext) -> Problem {
        guard let known = Problem.describing(error) else {
            context.logger.error(
                "request failed",
                metadata: ["error": .string(String(describing: error).escapedForLog)]
            )
            return Self.problem(ofOurs: error)
        }
        guard known.code == "route-not-found" else { return known }
        let allowed = table.methods(at: request.uri.path)
        guard !allowed.isEmpty else { return known }
        let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        return Problem(.methodNotAllowed, "This path takes \(names).", headers: [.allow: names])
    }
}

extension ProblemRendering {
    /// What a client may know of our own fault: whether it is worth trying again.
    private static func problem(ofOurs error: any Error) -> Problem {
        switch error {
        case let failure as DatabaseFailure where failure.mayPass: return notReady("Nothing was changed.")
        case is MediaStoreUnavailable: return notReady("The object store cannot be reached.")
        default:
            let detail = "The request could not be completed. Quote the requestId when you report this."
            return Problem(.internalError, detail)
        }
    }

    private static func notReady(_ what: String) -> Problem {
        let detail = "\(what) Try again later; the cause is in the server's log."
        return Problem(.notReady, detail, headers: [.retryAfter: "5"])
    }
}

extension DatabaseFailure {
    /// Whether nothing was written, and the same request can succeed once the volume or the lock is free.
    fileprivate var mayPass: Bool {
        switch kind {
        case .storageFull, .databaseBusy, .lockUnavailable: true
        default: false
        }
    }
}

extension String {
    /// Control characters made visible, so that input cannot forge log lines.
    var escapedForLog: String {
        unicodeScalars.reduce(into: "") { result, scalar in
            result += scalar.value < 0x20 || scalar.value == 0x7F ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }
}
