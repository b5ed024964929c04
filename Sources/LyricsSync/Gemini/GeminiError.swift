/// Why a call to Gemini gave no lyrics, and what to do next.
///
/// Never holds the API key, a presigned address or lyrics: messages of the service are cleaned before they are kept.
public struct GeminiError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure; raw values are stable codes.
    public enum Kind: String, Sendable, CaseIterable {
        /// The key is missing, wrong or expired (400 `API_KEY_INVALID`, 401).
        case invalidAPIKey = "invalid-api-key"
        /// The key may not do this (403).
        case permissionDenied = "permission-denied"
        /// The model does not exist or was retired (404).
        case modelNotFound = "model-not-found"
        /// The project is not set up for this, for example billing or region (400 `FAILED_PRECONDITION`).
        case failedPrecondition = "failed-precondition"
        /// The base URL answers with a redirect; redirects are not followed, they would carry the key away.
        case wrongEndpoint = "wrong-endpoint"
        /// The service refuses the request as such (other 4xx): the audio cannot be processed, or our request is wrong.
        case invalidRequest = "invalid-request"
        /// The service could not fetch the presigned address. Known to be intermittent; use a fresh address.
        case audioNotFetched = "audio-not-fetched"
        /// There is no way to get this audio to the service: no file, too large, a type it does not take.
        case audioUndeliverable = "audio-undeliverable"
        /// Too many requests (429).
        case rateLimited = "rate-limited"
        /// The day's quota is used up (429 with a per-day quota): wait, and do not count it as an attempt.
        case dailyQuotaExhausted = "daily-quota-exhausted"
        /// The service is in trouble (408, 5xx, an HTML page instead of an answer).
        case unavailable = "unavailable"
        /// No answer: connection refused or cut, or time-out.
        case transport = "transport"
        /// The model refuses this content for good (RECITATION, SAFETY, a blocked prompt).
        case contentRefused = "content-refused"
        /// The answer is not lyrics for this track: truncated, not JSON, extra keys, impossible times, too large.
        case malformedResponse = "malformed-response"
    }

    /// The kind of failure.
    public let kind: Kind
    /// What was expected and what came, cleaned and at most 400 characters long.
    public let detail: String
    /// The HTTP status, when there was an answer.
    public let httpStatus: Int?
    /// How long to wait before the next attempt, when the service says so.
    public let retryAfter: Duration?
    /// How many attempts, the first included, are useful for this failure; nil leaves it to the caller's policy.
    public let maximumUsefulAttempts: Int?

    /// The stable code: the kind's raw value.
    public var code: String { kind.rawValue }

    init(
        _ kind: Kind,
        _ detail: String,
        httpStatus: Int? = nil,
        retryAfter: Duration? = nil,
        maximumUsefulAttempts: Int? = nil
    ) {
        self.kind = kind
        self.detail = detail
        self.httpStatus = httpStatus
        self.retryAfter = retryAfter
        self.maximumUsefulAttempts = maximumUsefulAttempts
    }

    /// Whether the same call may succeed later.
    public var isRetryable: Bool {
        switch kind {
        case .rateLimited, .dailyQuotaExhausted, .unavailable, .transport, .audioNotFetched, .malformedResponse: true
        default: false
        }
    }

    /// Whether every call will fail until an operator changes the configuration.
    public var pausesOperator: Bool {
        switch kind {
        case .invalidAPIKey, .permissionDenied, .modelNotFound, .failedPrecondition, .wrongEndpoint: true
        default: false
        }
    }

    /// Whether waiting for this should leave the caller's attempt count alone.
    public var countsAsAttempt: Bool { kind != .dailyQuotaExhausted }

    /// Whether this track will get no lyrics from the model, so another provider should serve it.
    ///
    /// - Parameter attempt: the attempt that failed, from 1.
    public func isFinal(atAttempt attempt: Int) -> Bool {
        guard !pausesOperator else { return false }
        guard isRetryable else { return true }
        return maximumUsefulAttempts.map { attempt >= $0 } ?? false
    }

    /// `gemini content-refused (HTTP 200): the model stopped with RECITATION. …`.
    public var description: String {
        let status = httpStatus.map { " (HTTP \($0))" } ?? ""
        return "gemini \(code)\(status): \(detail). \(advice)"
    }

    private var advice: String {
        switch kind {
        case .invalidAPIKey: "Set a valid API key."
        case .permissionDenied: "Give the key's project access to this model."
        case .modelNotFound: "Configure a model that exists."
        case .failedPrecondition: "Check the project's billing and region."
        case .wrongEndpoint: "Configure the service's own base URL."
        case .invalidRequest, .audioUndeliverable, .contentRefused: "Use the artist's own lyrics."
        case .audioNotFetched: "Retry with a fresh address or send the file."
        case .dailyQuotaExhausted: "Wait for the next day or raise the quota."
        case .rateLimited, .unavailable, .transport: "Retry later."
        case .malformedResponse: "Retry once, then use the artist's own lyrics."
        }
    }
}
