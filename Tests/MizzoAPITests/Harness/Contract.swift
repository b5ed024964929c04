import Foundation
import HTTPTypes
import HummingbirdTesting

@testable import MizzoAPI

/// What the routes promise in their descriptions, held against what they answer.
struct Contract: Sendable {
    let table: RouteTable
    private let definitions: [String: JSONValue]

    init(table: RouteTable) {
        self.table = table
        guard case .object(let document) = OpenAPIDocument(table: table, serverURL: "").json,
            case .object(let components) = document["components"], case .object(let schemas) = components["schemas"]
        else {
            definitions = [:]
            return
        }
        definitions = schemas
    }

    /// Every way in which the answer is not what its route declares; empty for paths without a route.
    func breaches(of response: TestResponse, to method: HTTPRequest.Method, _ path: String) -> [String] {
        let path = String(path.prefix { $0 != "?" })
        guard let endpoint = table.endpoints(at: path).first(where: { $0.method == method }),
            endpoint.audience != .signatory
        else { return [] }
        let type = response.headers[.contentType].map { String($0.prefix { $0 != ";" }) }
        if type == "application/problem+json" || response.status.code >= 400 {
            return problemBreaches(of: response, endpoint)
        }
        guard let outcome = endpoint.outcomes.first(where: { $0.status == response.status }) else {
            return ["the status \(response.status.code) is not declared"]
        }
        let missing = outcome.headers.filter { response.headers[$0] == nil && $0 != .contentRange }
            .map { "the declared header \($0) is missing" }
        guard method != .head, !outcome.contents.isEmpty else {
            return missing + (response.bytes.isEmpty ? [] : ["a body that is not declared"])
        }
        guard let content = outcome.contents.first(where: { $0.type == type }) else {
            return missing + ["the content type \(type ?? "none") is not declared"]
        }
        return missing + (type == "application/json" ? breaches(of: response, against: content.schema.json) : [])
    }

    private func problemBreaches(of response: TestResponse, _ endpoint: Endpoint) -> [String] {
        if endpoint.method == .head {
            let codes = endpoint.allProblems.map(\.status.code)
            return codes.contains(response.status.code) ? [] : ["the status \(response.status.code) is not declared"]
        }
        guard let problem = try? JSONDecoder().decode(ProblemDocument.self, from: Data(response.bytes)) else {
            return ["not a problem document"]
        }
        let isDeclared = endpoint.allProblems.contains {
            $0.code == problem.code && ($0.status == response.status || $0 == .requestRefused)
        }
        return isDeclared ? [] : ["the problem \(response.status.code) \(problem.code) is not declared"]
    }

    private func breaches(of response: TestResponse, against schema: JSONValue) -> [String] {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(response.bytes)) else {
            return ["the body is not JSON"]
        }
        return SchemaCheck(definitions: definitions).breaches(of: value, against: schema, at: "")
    }
}

extension JSONValue: Decodable {
    /// Any JSON, numbers without a fraction as integers.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .array(values)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }
}
