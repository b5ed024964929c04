import HTTPTypes

extension RateLimiter.Verdict {
    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).
    var headers: HTTPFields {
        let window = Int((Double(limit.burst) / limit.perSecond).rounded(.up))
        return [
            .rateLimitPolicy: "\"\(kind.rawValue)\";q=\(limit.burst);w=\(window)",
            .rateLimit: "\"\(kind.rawValue)\";r=\(remaining);t=\(secondsToFull)",
        ]
    }

    /// The answer to a request that is not allowed.
    var problem: Problem {
        Problem(
            .rateLimited,
            "More than \(limit.burst) \(kind.rawValue) requests at once. Try again in \(retryAfter) s.",
            headers: [.retryAfter: "\(retryAfter)"]
        )
    }
}

extension Endpoint {
    /// What a request of this route costs; `nil` for health, which must answer always.
    var rateClass: RateClass? {
        if path == "/healthz" || path == "/readyz" { return nil }
        if audience == .signatory || ownership == .playable { return .media }
        return method == .get || method == .head ? .read : .write
    }
}
