import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// What travels with a request through the middleware.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The client's `x-request-id` if it is harmless, else one of ours.
    var requestID = ""
    /// The connection.
    let channel: any Channel
    /// The other end of the connection.
    let peer: IPAddress?
    /// Set for a `POST` with an `Idempotency-Key`.
    var idempotency: IdempotentCall?
    /// What is learnt on the way in and told on the way out.
    let record = RequestRecord()

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        peer = source.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
    }
}

/// Facts about a request that inner layers find out and outer ones log, count and answer with.
final class RequestRecord: Sendable {
    private struct Facts {
        var route = "unmatched"
        var user: String?
        var headers = HTTPFields()
    }

    private let facts = Mutex(Facts())

    /// The route's pattern.
    var route: String {
        get { facts.withLock { $0.route } }
        set { facts.withLock { $0.route = newValue } }
    }

    /// Who asked, once that is known.
    var user: String? {
        get { facts.withLock { $0.user } }
        set { facts.withLock { $0.user = newValue } }
    }

    /// Further header fields of the answer, whether it is a good one or a problem.
    var headers: HTTPFields {
        get { facts.withLock { $0.headers } }
        set { facts.withLock { $0.headers = newValue } }
    }
}
