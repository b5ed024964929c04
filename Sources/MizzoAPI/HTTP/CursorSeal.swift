import Crypto
import FoundationEssentials
import Hummingbird

/// Opaque list cursors: a position and a MAC over it and its scope, so that a cursor works only for the principal and
/// the filter it was issued for and cannot be made up.
struct CursorSeal: Sendable {
    private let keys: [SymmetricKey]

    /// The first secret seals, all of them open: a rotation does not cut off who is paging.
    init(secrets: [TokenSecret]) {
        keys = secrets.map { secret in
            let input = SymmetricKey(data: Data(secret.bytes))
            let purpose = Data("mizzo list cursor".utf8)
            return HKDF<SHA256>.deriveKey(inputKeyMaterial: input, info: purpose, outputByteCount: 32)
        }
    }

    func seal(_ position: some Encodable, scope: String) throws -> String {
        let body = try JSONEncoder().encode(position)
        return Base64URL.encode(body) + "." + Base64URL.encode(try mac(body, scope))
    }

    /// - Throws: 400 for a cursor that was not issued for this scope.
    func open<Position: Decodable>(_ cursor: String, as type: Position.Type, scope: String) throws -> Position {
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let body = Base64URL.decode(parts[0]), let code = Base64URL.decode(parts[1]),
            keys.contains(where: {
                HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message(body, scope), using: $0)
            }),
            let position = try? JSONDecoder().decode(type, from: body)
        else { throw Problem.badParameter("cursor", "Not issued for this list. Start again without a cursor.") }
        return position
    }

    private func mac(_ body: Data, _ scope: String) throws -> Data {
        guard let key = keys.first else { throw TokenSettingsError.noKey }
        return Data(HMAC<SHA256>.authenticationCode(for: message(body, scope), using: key))
    }

    private func message(_ body: Data, _ scope: String) -> Data { Data(scope.utf8) + Data([0]) + body }
}

/// Base64 with the URL alphabet and without padding (RFC 4648, section 5).
enum Base64URL {
    static func encode(_ data: Data) -> String {
        String(
            data.base64EncodedString().compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            }
        )
    }

    static func decode(_ text: some StringProtocol) -> Data? {
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "=") })
        else { return nil }
        let plain = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }
}
