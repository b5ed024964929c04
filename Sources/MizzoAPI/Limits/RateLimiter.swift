import FoundationEssentials
import Synchronization

/// What a route costs, for rate limits.
enum RateClass: String, CaseIterable, Sendable {
    case read, write, media
}

/// How many requests of a class one caller may make.
public struct RateLimit: Equatable, Sendable {
    /// Requests at once after a pause.
    public var burst: Int
    /// Requests per second in the long run.
    public var perSecond: Double

    /// - Precondition: both positive.
    public init(burst: Int, perSecond: Double) {
        self.burst = burst
        self.perSecond = perSecond
    }
}

/// Limits by class; `nil` means none.
public struct RateLimits: Equatable, Sendable {
    /// Requests that read.
    public var read: RateLimit? = RateLimit(burst: 600, perSecond: 20)
    /// Requests that change something.
    public var write: RateLimit? = RateLimit(burst: 60, perSecond: 2)
    /// Playlists, segments, originals and objects.
    public var media: RateLimit? = RateLimit(burst: 1200, perSecond: 100)

    /// The documented defaults.
    public init() {}

    /// No limits at all.
    public static var unlimited: RateLimits {
        var limits = RateLimits()
        (limits.read, limits.write, limits.media) = (nil, nil, nil)
        return limits
    }

    subscript(kind: RateClass) -> RateLimit? {
        switch kind {
        case .read: read
        case .write: write
        case .media: media
        }
    }
}

/// Token buckets by caller and class, in bounded memory.
///
/// Buckets live in two generations: when the young one is full it becomes the old one and the old one is forgotten, so
/// what is used stays. A forgotten bucket comes back full: whoever can appear as that many callers has as many limits
/// anyway.
final class RateLimiter: Sendable {
    /// How a request stands against its limit.
    struct Verdict: Equatable, Sendable {
        let isAllowed: Bool
        let kind: RateClass
        let limit: RateLimit
        /// Requests left.
        let remaining: Int
        /// Seconds until the bucket is full again.
        let secondsToFull: Int
        /// Seconds until the next request is allowed; 0 when one is allowed now.
        let retryAfter: Int
    }

    private struct Key: Hashable {
        let caller: String
        let kind: RateClass
    }

    private struct Bucket {
        var tokens: Double
        var filledAt: Date
    }

    private struct State {
        var young: [Key: Bucket] = [:]
        var old: [Key: Bucket] = [:]
    }

    private let limits: RateLimits
    private let generationSize: Int
    private let state = Mutex(State())

    /// - Parameter bucketCountMax: buckets kept; 100,000 take about 20 MiB.
    init(limits: RateLimits, bucketCountMax: Int = 100_000) {
        self.limits = limits
        generationSize = max(1, bucketCountMax / 2)
    }

    /// Takes a token; `nil` where the class has no limit.
    func take(_ kind: RateClass, for caller: String, at now: Date) -> Verdict? {
        guard let limit = limits[kind] else { return nil }
        let key = Key(caller: caller, kind: kind)
        return state.withLock { state in
            var bucket = state.young[key] ?? state.old[key] ?? Bucket(tokens: Double(limit.burst), filledAt: now)
            let elapsed = max(0, now.timeIntervalSince(bucket.filledAt))
            bucket.tokens = min(Double(limit.burst), bucket.tokens + elapsed * limit.perSecond)
            bucket.filledAt = now
            let isAllowed = bucket.tokens >= 1
            if isAllowed { bucket.tokens -= 1 }
            if state.young[key] == nil, state.young.count >= generationSize {
                state.old = state.young
                state.young = [:]
            }
            state.young[key] = bucket
            return Verdict(kind, limit, isAllowed: isAllowed, tokens: bucket.tokens)
        }
    }

    /// Buckets held now.
    var bucketCount: Int { state.withLock { $0.young.count + $0.old.count } }
}

extension RateLimiter.Verdict {
    fileprivate init(_ kind: RateClass, _ limit: RateLimit, isAllowed: Bool, tokens: Double) {
        self.kind = kind
        self.limit = limit
        self.isAllowed = isAllowed
        remaining = Int(tokens)
        secondsToFull = Int(((Double(limit.burst) - tokens) / limit.perSecond).rounded(.up))
        retryAfter = tokens >= 1 ? 0 : max(1, Int(((1 - tokens) / limit.perSecond).rounded(.up)))
    }
}
