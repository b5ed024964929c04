/// The part of JSON Schema used for structured output.
indirect enum JSONSchema: Encodable, Sendable {
    case string(description: String)
    case integer(description: String)
    case boolean(description: String)
    case array(of: JSONSchema)
    /// Every property is required and no other is allowed.
    case object([(name: String, schema: JSONSchema)])

    private enum CodingKeys: String, CodingKey {
        case type, description, items, properties, required, additionalProperties, minimum
    }

    private struct PropertyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .string(let description):
            try container.encode("string", forKey: .type)
            try container.encode(description, forKey: .description)
        case .integer(let description):
            try container.encode("integer", forKey: .type)
            try container.encode(description, forKey: .description)
            try container.encode(0, forKey: .minimum)
        case .boolean(let description):
            try container.encode("boolean", forKey: .type)
            try container.encode(description, forKey: .description)
        case .array(let items):
            try container.encode("array", forKey: .type)
            try container.encode(items, forKey: .items)
        case .object(let properties):
            try container.encode("object", forKey: .type)
            var nested = container.nestedContainer(keyedBy: PropertyKey.self, forKey: .properties)
            for property in properties {
                try nested.encode(property.schema, forKey: PropertyKey(stringValue: property.name))
            }
            try container.encode(properties.map(\.name), forKey: .required)
            try container.encode(false, forKey: .additionalProperties)
        }
    }
}
