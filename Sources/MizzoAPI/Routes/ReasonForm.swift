import Hummingbird

/// Why somebody is refused: the sentence that the owner is given.
struct ReasonForm: RequestBodyForm {
    static let schema = Schema.object("Reason", [.required("reason", .line(max: 500))])
    var reason: String

    /// Reads and checks the body.
    static func reason(in request: Request, limit: Int) async throws -> String {
        let form = try await JSON.body(ReasonForm.self, of: request, limit: limit)
        var check = Validation()
        check.line(form.reason, "reason", max: 500)
        try check.finish()
        return form.reason
    }
}
