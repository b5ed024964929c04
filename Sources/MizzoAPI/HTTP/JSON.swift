import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// A request body; members it does not name are refused, so that a client's typo or a forbidden member (`status`,
/// `ownerId`) is an error and never silently ignored.
protocol RequestBodyForm: Decodable, Described, Sendable {}

/// JSON in and out.
enum JSON {
    static func encode(_ value: some Encodable) throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        }
        return ByteBuffer(bytes: try encoder.encode(value))
    }

    static func response(
        _ value: some Encodable,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) throws -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: try encode(value)))
    }

    /// Reads the body as `Form`: 415 without a JSON content type, 413 above `limit` bytes, 400 with a JSON Pointer for
    /// anything that is not the form.
    static func body<Form: RequestBodyForm>(_ form: Form.Type, of request: Request, limit: Int) async throws -> Form {
        try requireContentType(of: request)
        let bytes = Data(try await request.body.collect(upTo: limit).readableBytesView)
        return try decode(form, from: bytes)
    }

    /// Like ``body(_:of:limit:)``, or `nil` for a request without a body.
    static func optionalBody<Form: RequestBodyForm>(
        _ form: Form.Type,
        of request: Request,
        limit: Int
    ) async throws -> Form? {
        let bytes = Data(try await request.body.collect(upTo: limit).readableBytesView)
        guard !bytes.isEmpty else { return nil }
        try requireContentType(of: request)
        return try decode(form, from: bytes)
    }

    /// - Throws: 415 for anything but JSON as it is.
    static func requireContentType(of request: Request) throws {
        let type = request.headers[.contentType]?.split(separator: ";").first.map { $0.lowercased() }
        guard type?.trimmingSpaces == "application/json" else {
            throw Problem(.contentTypeUnsupported, "Send the body with Content-Type: application/json.")
        }
        guard request.headers[.contentEncoding]?.lowercased() ?? "identity" == "identity" else {
            throw Problem(.contentTypeUnsupported, "Send the body as it is, without Content-Encoding.")
        }
    }

    static func decode<Form: RequestBodyForm>(_ form: Form.Type, from bytes: Data) throws -> Form {
        do {
            let place = UnknownMembers.Place(form.schema)
            let unknown = try JSONDecoder().decode(UnknownMembers.self, from: bytes, configuration: place).paths
            guard unknown.isEmpty else {
                throw invalid(unknown.prefix(8).map { FieldError(pointer: pointer($0), detail: "Unknown.") })
            }
            return try JSONDecoder().decode(form, from: bytes)
        } catch let error as DecodingError {
            throw invalid([FieldError(error)])
        }
    }

    static func pointer(_ path: [String]) -> String {
        path.map { "/" + $0.escapedForPointer }.joined()
    }

    private static func invalid(_ errors: [FieldError]) -> Problem {
        Problem(
            .jsonInvalid,
            "The body is not JSON, or has unknown, missing or mistyped members; see errors.",
            errors: errors
        )
    }
}

extension FieldError {
    fileprivate init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self.init(path: context.codingPath + [key], detail: "Missing.")
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            self.init(path: context.codingPath, detail: "Expected \(type).")
        case .dataCorrupted(let context):
            self.init(path: context.codingPath, detail: "Not a valid value.")
        @unknown default:
            self.init(path: [], detail: "Not a valid value.")
        }
    }

    private init(path: [any CodingKey], detail: String) {
        self.init(pointer: JSON.pointer(path.map { $0.intValue.map(String.init) ?? $0.stringValue }), detail: detail)
    }
}

extension StringProtocol {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    fileprivate var escapedForPointer: String {
        reduce(into: "") { result, character in
            switch character {
            case "~": result += "~0"
            case "/": result += "~1"
            default: result.append(character)
            }
        }
    }
}
