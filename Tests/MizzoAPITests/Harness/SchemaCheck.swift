import Foundation

@testable import MizzoAPI

/// Checks values against the part of JSON Schema that ``Schema`` can make; a keyword it does not know is a breach.
struct SchemaCheck {
    let definitions: [String: JSONValue]

    func breaches(of value: JSONValue, against schema: JSONValue, at path: String) -> [String] {
        guard case .object(let keywords) = schema else { return ["\(path): the schema is no object"] }
        return keywords.flatMap { keyword, argument in
            breaches(of: value, keyword, argument, keywords, at: path).map { "\(path): \($0)" }
        }
    }

    private func breaches(
        of value: JSONValue,
        _ keyword: String,
        _ argument: JSONValue,
        _ all: [String: JSONValue],
        at path: String
    ) -> [String] {
        switch (keyword, argument) {
        case ("$ref", .string(let name)):
            guard let target = definitions[String(name.split(separator: "/").last ?? "")] else {
                return ["\(name) is not defined"]
            }
            return breaches(of: value, against: target, at: path)
        case ("type", .string(let type)): return Self.isOfType(type, value) ? [] : ["\(value) is not of type \(type)"]
        case ("enum", .array(let choices)): return choices.contains(value) ? [] : ["\(value) is not in \(choices)"]
        case ("anyOf", .array(let schemas)):
            return schemas.contains { breaches(of: value, against: $0, at: path).isEmpty } ? [] : ["fits none of anyOf"]
        case ("items", let element):
            guard case .array(let values) = value else { return [] }
            return values.enumerated().flatMap { breaches(of: $1, against: element, at: "\(path)/\($0)") }
        case ("properties", _), ("required", _), ("additionalProperties", _):
            return memberBreaches(of: value, keyword, argument, all, at: path)
        default: return Self.limitBreaches(of: value, keyword, argument)
        }
    }

    private func memberBreaches(
        of value: JSONValue,
        _ keyword: String,
        _ argument: JSONValue,
        _ all: [String: JSONValue],
        at path: String
    ) -> [String] {
        guard case .object(let members) = value else { return [] }
        var declared: Set<String> = []
        if case .object(let properties) = all["properties"] { declared = Set(properties.keys) }
        switch (keyword, argument) {
        case ("properties", .object(let properties)):
            return properties.flatMap { name, schema in
                members[name].map { breaches(of: $0, against: schema, at: "\(path)/\(name)") } ?? []
            }
        case ("required", .array(let names)):
            return names.filter { name in !members.keys.contains { .string($0) == name } }.map { "\($0) is missing" }
        case ("additionalProperties", .bool(false)):
            return members.keys.filter { !declared.contains($0) }.map { "\($0) is not declared" }
        default:
            return members.filter { !declared.contains($0.key) }
                .flatMap { breaches(of: $1, against: argument, at: "\(path)/\($0)") }
        }
    }

    private static func limitBreaches(of value: JSONValue, _ keyword: String, _ argument: JSONValue) -> [String] {
        switch (keyword, argument, value) {
        case ("maxLength", .integer(let max), .string(let text)):
            text.unicodeScalars.count <= max ? [] : ["longer than \(max)"]
        case ("minimum", .integer(let min), .integer(let number)): number >= min ? [] : ["\(number) is under \(min)"]
        case ("maximum", .integer(let max), .integer(let number)): number <= max ? [] : ["\(number) is over \(max)"]
        case ("maxItems", .integer(let max), .array(let values)): values.count <= max ? [] : ["over \(max) items"]
        case ("uniqueItems", _, .array(let values)):
            values.indices.allSatisfy { values.firstIndex(of: values[$0]) == $0 } ? [] : ["an item comes twice"]
        case ("pattern", .string(let pattern), .string(let text)):
            text.range(of: pattern, options: .regularExpression) != nil ? [] : ["\(text) does not match \(pattern)"]
        case ("format", .string("date-time"), .string(let text)):
            (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))) != nil
                ? [] : ["\(text) is no time"]
        case ("format", _, _), ("maxLength", _, _), ("pattern", _, _): []
        default: ["the keyword \(keyword) is unknown to the test"]
        }
    }

    private static func isOfType(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("string", .string), ("boolean", .bool), ("array", .array), ("object", .object), ("null", .null): true
        case ("integer", .integer), ("number", .integer), ("number", .number): true
        default: false
        }
    }
}
