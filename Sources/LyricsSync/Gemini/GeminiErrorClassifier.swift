import FoundationEssentials

/// Turns an HTTP answer other than 200 into a ``GeminiError``.
struct GeminiErrorClassifier: Sendable {
    let filter: SecretFilter
    let model: String
    let dailyQuotaPause: Duration

    /// Attempts that are useful when the address could not be fetched: the failure is known to be intermittent.
    static let fetchAttemptsMax = 3

    func error(status: Int, body: Data, retryAfterHeader: String?) -> GeminiError {
        let parsed = GeminiErrorBody.parse(body)
        let detail = filter.clean(detail(parsed, status: status))
        switch status {
        case 300..<400:
            return GeminiError(.wrongEndpoint, "expected an answer, got a redirect", httpStatus: status)
        case 400: return badRequest(parsed, detail)
        case 401: return GeminiError(.invalidAPIKey, detail, httpStatus: status)
        case 403: return GeminiError(.permissionDenied, detail, httpStatus: status)
        case 404: return GeminiError(.modelNotFound, "model \(model): \(detail)", httpStatus: status)
        case 429: return tooMany(parsed, detail, retryAfterHeader)
        case 408, 500...:
            let delay = parsed?.retryDelay ?? seconds(retryAfterHeader)
            return GeminiError(.unavailable, detail, httpStatus: status, retryAfter: delay)
        default:
            // A page from something in between says nothing about the request.
            return GeminiError(parsed == nil ? .unavailable : .invalidRequest, detail, httpStatus: status)
        }
    }

    private func badRequest(_ body: GeminiErrorBody?, _ detail: String) -> GeminiError {
        guard let body else { return GeminiError(.unavailable, detail, httpStatus: 400) }
        if body.reasons.contains(where: { $0.hasPrefix("API_KEY_") }) {
            return GeminiError(.invalidAPIKey, detail, httpStatus: 400)
        }
        if body.status == "FAILED_PRECONDITION" {
            return GeminiError(.failedPrecondition, detail, httpStatus: 400)
        }
        if body.message?.lowercased().contains("cannot fetch content") ?? false {
            return GeminiError(.audioNotFetched, detail, httpStatus: 400, maximumUsefulAttempts: Self.fetchAttemptsMax)
        }
        return GeminiError(.invalidRequest, detail, httpStatus: 400)
    }

    private func tooMany(_ body: GeminiErrorBody?, _ detail: String, _ header: String?) -> GeminiError {
        let delay = body?.retryDelay ?? seconds(header)
        guard body?.hitsDailyQuota ?? false else {
            return GeminiError(.rateLimited, detail, httpStatus: 429, retryAfter: delay)
        }
        let pause = max(delay ?? .zero, dailyQuotaPause)
        return GeminiError(.dailyQuotaExhausted, detail, httpStatus: 429, retryAfter: pause)
    }

    private func detail(_ body: GeminiErrorBody?, status: Int) -> String {
        guard let body else { return "expected JSON, got something else" }
        return [body.status, body.message].compactMap { $0 }.joined(separator: ": ")
    }

    private func seconds(_ header: String?) -> Duration? {
        header.flatMap { GeminiErrorBody.duration($0 + "s") }
    }
}
