import Hummingbird
import Logging

/// What travels with a request through the middleware.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The client's `x-request-id` if it is harmless, else one of ours.
    var requestID = ""

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }
}
