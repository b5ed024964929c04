/// The errors of the service, in its own form.
extension GeminiAnswer {
    /// Any `google.rpc.Status` error.
    public static func error(
        _ code: Int,
        _ status: String,
        _ message: String,
        details: [JSONValue]? = nil,
        inArray: Bool = false
    ) -> GeminiAnswer {
        var error: [String: JSONValue] = [
            "code": .number(Double(code)), "message": .string(message), "status": .string(status),
        ]
        if let details { error["details"] = .array(details) }
        let envelope = JSONValue.object(["error": .object(error)])
        return .http(code, body: json(inArray ? .array([envelope]) : envelope))
    }

    /// 400 with reason `API_KEY_INVALID`.
    public static let invalidKey = error(
        400,
        "INVALID_ARGUMENT",
        "API key not valid. Please pass a valid API key.",
        details: [
            .object([
                "@type": .string("type.googleapis.com/google.rpc.ErrorInfo"), "reason": .string("API_KEY_INVALID"),
                "domain": .string("googleapis.com"),
            ])
        ]
    )

    /// 403 without a key.
    public static let unregistered = error(
        403,
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity)."
    )

    /// 404 for a model that does not exist.
    public static func modelNotFound(_ model: String, version: String = "v1beta") -> GeminiAnswer {
        let rest = "is not found for API version \(version), or is not supported for generateContent."
        return error(404, "NOT_FOUND", "models/\(model) \(rest)")
    }

    /// 400 for an address the service could not read.
    public static let cannotFetch = error(400, "INVALID_ARGUMENT", "Cannot fetch content from the provided URL.")

    /// 429 with quota and retry details.
    public static func rateLimited(retryDelay: String?, quotaId: String) -> GeminiAnswer {
        let violation = JSONValue.object([
            "quotaMetric": .string("generativelanguage.googleapis.com/generate_content_free_tier_requests"),
            "quotaId": .string(quotaId), "quotaValue": .string("250"),
        ])
        var details: [JSONValue] = [
            .object([
                "@type": .string("type.googleapis.com/google.rpc.QuotaFailure"), "violations": .array([violation]),
            ]),
            .object(["@type": .string("type.googleapis.com/google.rpc.Help"), "links": .array([])]),
        ]
        if let retryDelay {
            details.append(
                .object([
                    "@type": .string("type.googleapis.com/google.rpc.RetryInfo"), "retryDelay": .string(retryDelay),
                ])
            )
        }
        return error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", details: details)
    }

    /// An HTML page, as load balancers send it.
    public static func html(_ status: Int) -> GeminiAnswer {
        let page = "<!DOCTYPE html><html><title>Error \(status)</title><p>That’s an error.</html>"
        return .http(status, body: page, contentType: "text/html; charset=UTF-8")
    }
}
