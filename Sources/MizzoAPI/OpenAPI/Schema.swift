/// A JSON Schema (2020-12, as OpenAPI 3.1 uses it) together with the named schemas it refers to.
struct Schema: Equatable, Sendable {
    /// What stands where the schema is used.
    let json: JSONValue
    /// Everything below `#/components/schemas` that `json` needs.
    let definitions: [String: JSONValue]
    /// The names of an object's members.
    let memberNames: Set<String>

    init(
        _ json: [String: JSONValue],
        definitions: [String: JSONValue] = [:],
        memberNames: Set<String> = []
    ) {
        self.json = .object(json)
        self.definitions = definitions
        self.memberNames = memberNames
    }

    /// A member of an object.
    struct Member: Sendable {
        let name: String
        let schema: Schema
        let isRequired: Bool

        static func required(_ name: String, _ schema: Schema) -> Member {
            Member(name: name, schema: schema, isRequired: true)
        }

        /// In an answer: absent when there is nothing to say, never `null`.
        static func optional(_ name: String, _ schema: Schema) -> Member {
            Member(name: name, schema: schema, isRequired: false)
        }

        /// In a request: may be absent or `null`.
        static func nullable(_ name: String, _ schema: Schema) -> Member {
            Member(name: name, schema: .nullable(schema), isRequired: false)
        }
    }
}

extension Schema {
    /// An object with exactly these members, described once under `name`.
    static func object(_ name: String, _ members: [Member]) -> Schema {
        let required = members.filter(\.isRequired).map(\.name)
        var body: [String: JSONValue] = [
            "type": "object", "additionalProperties": false,
            "properties": .object(Dictionary(members.map { ($0.name, $0.schema.json) }) { first, _ in first }),
        ]
        if !required.isEmpty { body["required"] = .strings(required) }
        var definitions: [String: JSONValue] = [name: .object(body)]
        for member in members { definitions.merge(member.schema.definitions) { first, _ in first } }
        return Schema(
            ["$ref": .string("#/components/schemas/\(name)")],
            definitions: definitions,
            memberNames: Set(members.map(\.name))
        )
    }

    static func array(of element: Schema, max: Int64? = nil, unique: Bool = false) -> Schema {
        var json: [String: JSONValue] = ["type": "array", "items": element.json]
        if let max { json["maxItems"] = .integer(max) }
        if unique { json["uniqueItems"] = true }
        return Schema(json, definitions: element.definitions)
    }

    static func nullable(_ schema: Schema) -> Schema {
        Schema(["anyOf": [schema.json, ["type": "null"]]], definitions: schema.definitions)
    }

    /// - Parameters:
    ///   - max: most characters.
    ///   - pattern: an ECMA-262 expression.
    static func string(max: Int64? = nil, pattern: String? = nil) -> Schema {
        var json: [String: JSONValue] = ["type": "string"]
        if let max { json["maxLength"] = .integer(max) }
        if let pattern { json["pattern"] = .string(pattern) }
        return Schema(json)
    }

    /// A line of text that is not blank, without control characters.
    static func line(max: Int64) -> Schema { string(max: max, pattern: #"^[^\x00-\x1F\x7F-\x9F\u2028\u2029]*\S.*$"#) }

    static func choice(_ values: some Sequence<String>) -> Schema {
        Schema(["type": "string", "enum": .strings(values)])
    }

    /// The raw values of a type.
    static func choice<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> Schema {
        choice(type.allCases.map(\.rawValue))
    }

    static func integer(_ range: ClosedRange<Int64>) -> Schema {
        Schema([
            "type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
        ])
    }

    static let integer = Schema(["type": "integer"])
    static let number = Schema(["type": "number"])
    static let flag = Schema(["type": "boolean"])
    static let time = Schema(["type": "string", "format": "date-time"])
    static let bytes = Schema(["type": "string", "format": "binary"])
    static let headerFields = Schema(["type": "object", "additionalProperties": ["type": "string"]])
    static let trackID = string(pattern: "^[a-z0-9][a-z0-9-]{6,62}[a-z0-9]$")
    static let userID = string(max: 255)
    /// A name such as `english`, or a tag such as `es-419`.
    static let language = string(max: 35, pattern: "^[A-Za-z]{2,}(-[A-Za-z0-9]+)*$")
}
