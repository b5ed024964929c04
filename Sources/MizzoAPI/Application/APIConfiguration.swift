import FoundationEssentials
import Hummingbird
import MizzoCatalog

/// Everything the API lets an operator choose.
public struct APIConfiguration: Sendable {
    /// Where to listen.
    public var address: BindAddress = .hostname("127.0.0.1", port: 8080)
    /// How bearer tokens are checked.
    public var tokens: TokenSettings
    /// The bucket that clients may name in `s3://bucket/key`.
    public var bucket: String
    /// Put before every path in answers, without a trailing slash; empty gives relative references.
    public var publicBaseURL = ""
    /// Put before the code in a problem's `type` (RFC 9457 allows a relative reference).
    public var problemTypeBase = "/problems/"
    /// How long a presigned upload URL is good for: 15 minutes, by the platform's architecture.
    public var uploadURLLifetime: TimeInterval = 15 * 60
    /// How long after that URL was issued its track may be registered: a slow upload may end just before the URL does,
    /// and the artist still fills in a form.
    public var ticketLifetime: TimeInterval = 60 * 60
    /// How long an upload in parts may take, and after which its track can be registered no more: a day, for slow lines.
    public var partedTicketLifetime: TimeInterval = 24 * 60 * 60
    /// Bytes of a part: 8 MiB; more for files of more than a thousand such parts. S3 wants at least 5 MiB.
    public var uploadPartByteCount: Int64 = 8 << 20
    /// Bytes of an original track.
    public var audioByteCountMax: Int64 = 200 << 20
    /// Bytes of a cover picture.
    public var posterByteCountMax: Int64 = 10 << 20
    /// Bytes of a JSON body; more is answered with 413.
    public var bodyByteCountMax = 1 << 20
    /// Bytes of all header fields of a request together.
    public var headerByteCountMax = 32 << 10
    /// Header fields of a request.
    public var headerCountMax = 100
    /// Seconds after which an idle connection is closed.
    public var idleTimeout = 60
    /// Seconds within which a JSON body must have arrived; 408 after that.
    public var bodySeconds = 30
    /// How often one user, or one address without a token, may ask.
    public var rateLimits = RateLimits()
    /// Proxies whose `X-Forwarded-For` is believed.
    public var trustedProxies: [IPNetwork] = []
    /// Origins whose web pages may use the API (CORS); none unless named.
    public var corsOrigins: Set<String> = []
    /// Seconds for which the answer of a `POST` with an `Idempotency-Key` is kept.
    public var idempotencyKeyLifetime: TimeInterval = 24 * 60 * 60
    /// How many event streams there may be, and how long one lasts.
    public var streams = NotificationStreamLimits()
    /// The words that texts are checked against.
    public var profanity = ProfanityCheck(rules: .starter)

    /// A configuration with the documented defaults.
    public init(tokens: TokenSettings, bucket: String) {
        self.tokens = tokens
        self.bucket = bucket
    }
}
