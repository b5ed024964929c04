import HTTPTypes

/// What all problems with one code share. Routes name the kinds they answer with, so the OpenAPI document lists them.
public struct ProblemKind: Hashable, Sendable {
    /// The HTTP status.
    public let status: HTTPResponse.Status
    /// Stable, kebab-case.
    public let code: String
    /// The same sentence every time, without a full stop.
    public let title: String

    /// A kind of problem.
    public init(_ status: HTTPResponse.Status, _ code: String, _ title: String) {
        self.status = status
        self.code = code
        self.title = title
    }
}

extension Problem {
    /// A problem of a kind.
    ///
    /// - Parameter detail: what happened this time and what to do.
    public init(_ kind: ProblemKind, _ detail: String, errors: [FieldError] = [], headers: HTTPFields = [:]) {
        self.init(
            kind.status,
            code: kind.code,
            title: kind.title,
            detail: detail,
            errors: errors,
            headers: headers
        )
    }
}

/// Kinds of the request as such.
extension ProblemKind {
    static let jsonInvalid = Self(.badRequest, "json-invalid", "The body is not what this route takes")
    static let parameterInvalid = Self(
        .badRequest,
        "parameter-invalid",
        "A query parameter or header is invalid"
    )
    static let requestRefused = Self(.badRequest, "request-refused", "The request was refused")
    static let requestTooSlow = Self(.requestTimeout, "request-too-slow", "The request took too long to arrive")
    static let rateLimited = Self(.tooManyRequests, "rate-limited", "There are too many requests")
    static let tooManyStreams = Self(.tooManyRequests, "too-many-streams", "There are too many event streams")
    static let idempotencyKeyInUse = Self(
        .conflict,
        "idempotency-key-in-use",
        "A request with this key is being answered"
    )
    static let idempotencyKeyReused = Self(
        .unprocessableContent,
        "idempotency-key-reused",
        "The key belongs to another request"
    )
    static let tokenMissing = Self(.unauthorized, "token-missing", "You are not signed in")
    static let tokenInvalid = Self(.unauthorized, "token-invalid", "You are not signed in")
    static let roleNotAllowed = Self(.forbidden, "role-not-allowed", "Your role may not do this")
    static let routeNotFound = Self(.notFound, "route-not-found", "There is nothing here")
    static let methodNotAllowed = Self(.methodNotAllowed, "method-not-allowed", "The resource has no such method")
    static let bodyTooLarge = Self(.contentTooLarge, "body-too-large", "The body is too large")
    static let contentTypeUnsupported = Self(
        .unsupportedMediaType,
        "content-type-unsupported",
        "The body must be JSON"
    )
    static let validationFailed = Self(
        .unprocessableContent,
        "validation-failed",
        "The request has invalid members"
    )
    static let ifMatchRequired = Self(.preconditionRequired, "if-match-required", "If-Match is required")
    static let internalError = Self(.internalServerError, "internal-error", "The server failed")
    static let notReady = Self(.serviceUnavailable, "not-ready", "The service is not ready")
}

/// Kinds of the platform's objects.
extension ProblemKind {
    static let trackNotFound = Self(.notFound, "track-not-found", "There is no such track")
    static let trackNotPublished = Self(.forbidden, "track-not-published", "The track is not published")
    static let trackAlreadyRegistered = Self(
        .conflict,
        "track-already-registered",
        "The upload is registered already"
    )
    static let trackAlreadyDecided = Self(.conflict, "track-already-decided", "The track was decided before")
    static let trackNotReviewable = Self(.conflict, "track-not-reviewable", "The track is not under review")
    static let trackIllegalMove = Self(.conflict, "track-illegal-move", "The track cannot move to that status")
    static let trackVersionStale = Self(
        .preconditionFailed,
        "track-version-stale",
        "The track has changed since it was read"
    )
    static let uploadNotFound = Self(.notFound, "upload-not-found", "There is no such upload")
    static let uploadSealed = Self(.conflict, "upload-sealed", "The upload is sealed")
    static let uploadExpired = Self(.gone, "upload-expired", "The upload has expired")
    static let uploadIncomplete = Self(.conflict, "upload-incomplete", "Parts of the upload are missing")
    static let uploadInUse = Self(.conflict, "upload-in-use", "A track is registered with the upload")
    static let mediaNotFound = Self(.notFound, "media-not-found", "There is no such file")
    static let preconditionFailed = Self(
        .preconditionFailed,
        "precondition-failed",
        "The file is not the one the request is about"
    )
    static let rangeNotSatisfiable = Self(
        .rangeNotSatisfiable,
        "range-not-satisfiable",
        "The range lies outside the object"
    )
    static let lyricsNotReady = Self(.conflict, "lyrics-not-ready", "There are no lyrics yet")
    static let notificationNotFound = Self(.notFound, "notification-not-found", "There is no such notification")
}
