import Hummingbird

/// Why somebody is refused: the sentence that the owner is given.
struct ReasonForm: RequestBodyForm {
    static let schema = Schema.object("Reason", [.required("reason", .line(max: 500))])
    var reason: String
}

/// What an admin has to say about something that is allowed; nothing is needed.
struct RemarkForm: RequestBodyForm {
    static let schema = Schema.object("Remark", [.nullable("reason", .line(max: 500))])
    var reason: String?
}

extension ReviewVerb {
    /// The body of its route.
    var body: BodyDescription { needsReason ? .json(ReasonForm.self) : .optionalJSON(RemarkForm.self) }

    /// Reads and checks the body.
    ///
    /// - Returns: `nil` where the admin has said nothing.
    func reason(in request: Request, limit: Int) async throws -> String? {
        guard let reason = try await sentReason(in: request, limit: limit) else { return nil }
        var check = Validation()
        check.line(reason, "reason", max: 500)
        try check.finish()
        return reason
    }

    private func sentReason(in request: Request, limit: Int) async throws -> String? {
        if needsReason { return try await JSON.body(ReasonForm.self, of: request, limit: limit).reason }
        return try await JSON.optionalBody(RemarkForm.self, of: request, limit: limit)?.reason
    }
}
