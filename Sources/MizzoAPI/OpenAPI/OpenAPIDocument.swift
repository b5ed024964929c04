import HTTPTypes
import Hummingbird
import MizzoCatalog

/// The OpenAPI 3.1 document, made from the route table alone: a route cannot be missing from it.
struct OpenAPIDocument {
    let table: RouteTable
    let serverURL: String

    var json: JSONValue {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Mizzo", "version": "1",
                "description":
                    "The music platform's API. Errors are problem documents (RFC 9457) with a stable `code`.",
            ],
            "servers": [["url": .string(serverURL.isEmpty ? "/" : serverURL)]],
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas), "securitySchemes": Self.securitySchemes,
                "headers": .object(Self.headers),
            ],
        ]
    }

    /// The document's name for a route's path: OpenAPI has no pattern for several components.
    static func path(of endpoint: Endpoint) -> String { endpoint.path.replacing("**", with: "{key}") }

    private var paths: [String: JSONValue] {
        Dictionary(grouping: table.endpoints, by: Self.path(of:)).mapValues { endpoints in
            let operations = endpoints.map { ($0.method.rawValue.lowercased(), OpenAPIOperation(endpoint: $0).json) }
            return .object(Dictionary(operations) { first, _ in first })
        }
    }

    private var schemas: [String: JSONValue] {
        var all = ProblemDocument.schema.definitions
        for endpoint in table.endpoints {
            let used =
                endpoint.allParameters.map(\.schema) + [endpoint.body?.schema].compactMap(\.self)
                + endpoint.outcomes.flatMap { $0.contents.map(\.schema) }
            for schema in used { all.merge(schema.definitions) { first, _ in first } }
        }
        return all
    }

    private static let securitySchemes: JSONValue = [
        "bearer": [
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "The role that counts is the stored one; the token's can only narrow it.",
        ],
        "signature": [
            "type": "apiKey", "in": "query", "name": "X-Amz-Signature",
            "description": "The object store's presigned requests (AWS Signature Version 4).",
        ],
    ]

    /// Header fields that answers name.
    private static var headers: [String: JSONValue] {
        let described: [(HTTPField.Name, String)] = [
            (.eTag, "The version of what was answered."), (.location, "Where it is."),
            (.cacheControl, "How long it may be kept."),
            (.acceptRanges, "`bytes`: ranges are served."), (.contentRange, "Which bytes of how many these are."),
            (.lastModified, "When the content last changed."), (.retryAfter, "Seconds to wait before the next try."),
            (.requestID, "The request's id, also in the server's log."),
            (.idempotentReplay, "`true`: this answer was given before, nothing was done again."),
        ]
        let pairs = described.map { name, text in
            (name.canonicalName, JSONValue.object(["description": .string(text), "schema": ["type": "string"]]))
        }
        return Dictionary(pairs) { first, _ in first }
    }
}

/// One operation of the document.
struct OpenAPIOperation {
    let endpoint: Endpoint

    var json: JSONValue {
        var json: [String: JSONValue] = [
            "operationId": .string(identifier), "summary": .string(endpoint.summary), "tags": [.string(tag)],
            "parameters": .array(parameters.map(Self.json)), "responses": .object(responses),
            "security": security, "x-ownership": .string(endpoint.ownership.rawValue),
        ]
        if case .roles(let roles) = endpoint.audience { json["x-roles"] = .strings(roles.map(\.rawValue).sorted()) }
        if let body = endpoint.body {
            json["requestBody"] = [
                "required": .bool(body.isRequired),
                "content": .object([body.contentType: ["schema": body.schema.json]]),
            ]
        }
        return .object(json)
    }

    private var words: [String] {
        endpoint.path.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    private var identifier: String {
        let rest = endpoint.path.hasSuffix("**") ? ["key"] : []
        return ([endpoint.method.rawValue.lowercased()] + words + rest).joined(separator: "-")
    }

    private var tag: String { words.first ?? "root" }

    private var parameters: [Parameter] {
        let rest = endpoint.path.hasSuffix("**") ? [Parameter.path("key", .string(), "The rest of the path.")] : []
        return endpoint.allParameters + rest
    }

    private static func json(_ parameter: Parameter) -> JSONValue {
        [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .bool(parameter.isRequired), "schema": parameter.schema.json,
            "description": .string(parameter.description),
        ]
    }

    private var security: JSONValue {
        switch endpoint.audience {
        case .everyone: [[:], ["bearer": []]]
        case .roles: [["bearer": []]]
        case .signatory: [["signature": []]]
        }
    }

    private var responses: [String: JSONValue] {
        let good = endpoint.outcomes.map { (String($0.status.code), json($0)) }
        guard endpoint.audience != .signatory else {
            let refused: JSONValue = ["description": "S3's error document, or a problem of the server before it."]
            return Dictionary(good + [("4XX", refused), ("5XX", refused)]) { first, _ in first }
        }
        let bad = Dictionary(grouping: endpoint.allProblems) { String($0.status.code) }.map { ($0, json($1)) }
        return Dictionary(good + bad) { first, _ in first }
    }

    private func json(_ outcome: Outcome) -> JSONValue {
        var json: [String: JSONValue] = [
            "description": .string(outcome.description), "headers": Self.references(outcome.headers + [.requestID]),
        ]
        if !outcome.contents.isEmpty, endpoint.method != .head {
            let contents = outcome.contents.map { ($0.type, JSONValue.object(["schema": $0.schema.json])) }
            json["content"] = .object(Dictionary(contents) { first, _ in first })
        }
        return .object(json)
    }

    private func json(_ problems: [ProblemKind]) -> JSONValue {
        var json: [String: JSONValue] = [
            "description": .string(problems.map(\.title).joined(separator: ". ") + "."),
            "headers": Self.references([.requestID]),
        ]
        if endpoint.method != .head {
            let codes: JSONValue = ["properties": ["code": ["enum": .strings(problems.map(\.code))]]]
            json["content"] = ["application/problem+json": ["schema": ["allOf": [ProblemDocument.schema.json, codes]]]]
        }
        return .object(json)
    }

    private static func references(_ names: [HTTPField.Name]) -> JSONValue {
        let pairs = names.map { name in
            (name.canonicalName, JSONValue.object(["$ref": .string("#/components/headers/\(name.canonicalName)")]))
        }
        return .object(Dictionary(pairs) { first, _ in first })
    }
}
