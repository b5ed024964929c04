import HTTPTypes
import MizzoCatalog

/// A parameter of a route, as the OpenAPI document describes it.
struct Parameter: Sendable {
    enum Place: String, Sendable { case path, query, header }

    let place: Place
    let name: String
    let schema: Schema
    let description: String
    var isRequired = false

    static func path(_ name: String, _ schema: Schema, _ description: String) -> Parameter {
        Parameter(place: .path, name: name, schema: schema, description: description, isRequired: true)
    }

    static func query(_ name: String, _ schema: Schema, _ description: String) -> Parameter {
        Parameter(place: .query, name: name, schema: schema, description: description)
    }

    static func header(
        _ name: HTTPField.Name,
        _ description: String,
        schema: Schema = .string(),
        isRequired: Bool = false
    ) -> Parameter {
        Parameter(
            place: .header,
            name: name.canonicalName,
            schema: schema,
            description: description,
            isRequired: isRequired
        )
    }
}

extension Parameter {
    static let trackID = path("id", .trackID, "The track.")
    static let uploadID = path("id", .trackID, "The upload.")
    static let limit = query("limit", .integer(1...200), "Most items of the page; 50 unless given.")
    static let cursor = query("cursor", .string(), "`next` of the page before; good for this list and caller only.")
    static let paging = [limit, cursor]
    static let ifMatch = header(.ifMatch, "The `ETag` that was read; 412 when the object has changed since.")
    static let ifMatchRequired = header(
        .ifMatch,
        "The `ETag` that was read; 412 when the object has changed since, 428 without the field.",
        isRequired: true
    )
    static let ifNoneMatch = header(.ifNoneMatch, "An `ETag` held already; 304 while it is still right.")
    static let ifModifiedSince = header(.ifModifiedSince, "A `Last-Modified` held already; `If-None-Match` wins.")
    static let range = header(.range, "Byte ranges (RFC 9110, section 14); a malformed field is ignored.")
    static let ifRange = header(.ifRange, "Take `Range` only while this `ETag` or `Last-Modified` is still right.")
    static let lastEventID = header(
        .lastEventID,
        "The last event that arrived; what came after it is sent first. Without it only news is sent.",
        schema: .string(pattern: "^[0-9]{1,18}$")
    )
    static let idempotencyKey = header(
        .idempotencyKey,
        "Makes repeating the request harmless: the answer of the first is given again for a day.",
        schema: .string(max: 255, pattern: "^[!-~]+$")
    )
    /// Conditional and partial reads.
    static let partialReading = [ifNoneMatch, ifModifiedSince, range, ifRange]
}
