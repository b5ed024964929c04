import HTTPTypes

/// A JSON value that says what it looks like.
protocol Described {
    static var schema: Schema { get }
}

/// The body a route takes.
struct BodyDescription: Sendable {
    let contentType: String
    let schema: Schema
    /// Otherwise the request may come without one.
    var isRequired = true

    static func json(_ form: (some RequestBodyForm).Type) -> BodyDescription {
        BodyDescription(contentType: "application/json", schema: form.schema)
    }

    static func optionalJSON(_ form: (some RequestBodyForm).Type) -> BodyDescription {
        BodyDescription(contentType: "application/json", schema: form.schema, isRequired: false)
    }

    /// Bytes as they are.
    static let bytes = BodyDescription(contentType: "application/octet-stream", schema: .bytes)
}

/// What a route answers when all is well.
struct Outcome: Sendable {
    struct Content: Sendable {
        let type: String
        let schema: Schema
    }

    let status: HTTPResponse.Status
    let description: String
    let contents: [Content]
    let headers: [HTTPField.Name]

    init(
        _ status: HTTPResponse.Status,
        _ description: String,
        _ contents: [Content] = [],
        headers: [HTTPField.Name] = []
    ) {
        self.status = status
        self.description = description
        self.contents = contents
        self.headers = headers
    }

    static func json(
        _ status: HTTPResponse.Status,
        _ type: (some Described).Type,
        _ description: String,
        headers: [HTTPField.Name] = []
    ) -> Outcome {
        Outcome(status, description, [Content(type: "application/json", schema: type.schema)], headers: headers)
    }

    static func ok(
        _ type: (some Described).Type,
        _ description: String = "Done.",
        headers: [HTTPField.Name] = []
    ) -> Outcome { json(.ok, type, description, headers: headers) }

    static func created(
        _ type: (some Described).Type,
        _ description: String = "Created.",
        headers: [HTTPField.Name] = []
    ) -> Outcome { json(.created, type, description, headers: headers) }

    static let noContent = Outcome(.noContent, "Done; there is nothing to say.")
    static let notModified = Outcome(.notModified, "What the client holds is still right.", headers: [.eTag])

    /// What everybody may fetch is in the store.
    static let elsewhere = Outcome(
        .temporaryRedirect,
        "The bytes are at `Location`, which is good for a minute; ask here again for the next ones. Send it no token.",
        headers: [.location, .cacheControl]
    )

    /// Bytes of these types, in whole, not at all or in part.
    static func media(_ types: String...) -> [Outcome] {
        let contents = types.map { Content(type: $0, schema: .bytes) }
        let parts = contents + [Content(type: "multipart/byteranges", schema: .bytes)]
        return [
            Outcome(.ok, "The whole.", contents, headers: [.eTag, .acceptRanges]), notModified,
            Outcome(.partialContent, "The ranges asked for.", parts, headers: [.eTag, .contentRange]),
        ]
    }

    /// Text of this type.
    static func text(_ type: String) -> Content { Content(type: type, schema: .string()) }
}
