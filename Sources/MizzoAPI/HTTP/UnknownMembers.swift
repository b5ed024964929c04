import FoundationEssentials

/// The members of a JSON text, at every depth, that its schema does not name. Values are not looked at.
struct UnknownMembers: DecodableWithConfiguration {
    /// A place in a schema.
    struct Place {
        fileprivate let json: JSONValue
        fileprivate let definitions: [String: JSONValue]

        init(_ schema: Schema) { self.init(schema.json, schema.definitions) }

        fileprivate init(_ json: JSONValue, _ definitions: [String: JSONValue]) {
            self.json = json.resolved(in: definitions)
            self.definitions = definitions
        }

        /// What is described here and has members or elements of its own.
        fileprivate func inner(_ json: JSONValue) -> Place? {
            let place = Place(json, definitions)
            return place.json["properties"] == nil && place.json["items"] == nil ? nil : place
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// From the outermost object on.
    private(set) var paths: [[String]] = []

    init(from decoder: any Decoder, configuration place: Place) throws {
        if let known = place.json["properties"], let members = try? decoder.container(keyedBy: Name.self) {
            for key in members.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
                guard let schema = known[key.stringValue] else {
                    paths.append([key.stringValue])
                    continue
                }
                guard let inner = place.inner(schema) else { continue }
                let below = try members.decode(UnknownMembers.self, forKey: key, configuration: inner)
                paths += below.paths.map { [key.stringValue] + $0 }
            }
        } else if let inner = place.json["items"].flatMap({ place.inner($0) }),
            var elements = try? decoder.unkeyedContainer()
        {
            while !elements.isAtEnd {
                let index = String(elements.currentIndex)
                paths += try elements.decode(UnknownMembers.self, configuration: inner).paths.map { [index] + $0 }
            }
        }
    }
}

extension JSONValue {
    /// A member of an object.
    fileprivate subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// What a reference leads to, or what stands beside `null` in a choice of two.
    fileprivate func resolved(in definitions: [String: JSONValue]) -> JSONValue {
        if case .string(let reference)? = self["$ref"], let name = reference.split(separator: "/").last {
            return definitions[String(name)] ?? self
        }
        if case .array(let choices)? = self["anyOf"], let first = choices.first {
            return first.resolved(in: definitions)
        }
        return self
    }
}
