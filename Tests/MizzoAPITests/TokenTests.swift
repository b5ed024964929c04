import Crypto
import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

/// Tokens made by hand, so that each can be wrong in one way.
private struct Forge {
    static let secret = Array("a test secret of thirty-two bytes!".utf8)
    static let goodHeader = #"{"alg":"HS256","typ":"JWT"}"#
    static let exp = 1_700_003_600

    static func claims(
        sub: String = #""user-artist""#,
        role: String = #""artist""#,
        exp: String = "\(exp)",
        iss: String = #""mizzo""#,
        aud: String = #""mizzo-api""#,
        more: String = ""
    ) -> String {
        #"{"sub":\#(sub),"role":\#(role),"exp":\#(exp),"iss":\#(iss),"aud":\#(aud)\#(more)}"#
    }

    static func token(_ header: String = goodHeader, _ claims: String = claims(), key: [UInt8] = secret) -> String {
        let signed = Base64URL.encode(Data(header.utf8)) + "." + Base64URL.encode(Data(claims.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: SymmetricKey(data: key))
        return signed + "." + Base64URL.encode(Data(code))
    }

    static func header(_ more: String, alg: String = "HS256") -> String { #"{"alg":"\#(alg)"\#(more)}"# }

    static func unsigned(_ alg: String) -> String {
        token(header("", alg: alg)).split(separator: ".").dropLast().joined(separator: ".") + "."
    }

    /// A good header and signature around other claims.
    static func swapped(_ claims: String) -> String {
        let parts = token().split(separator: ".").map(String.init)
        return [parts[0], Base64URL.encode(Data(claims.utf8)), parts[2]].joined(separator: ".")
    }

    static let wrong: [(String, String)] = [
        ("alg none", "Bearer " + unsigned("none")), ("alg None", "Bearer " + unsigned("None")),
        ("alg nOnE", "Bearer " + unsigned("nOnE")), ("none, yet signed", "Bearer " + token(header("", alg: "none"))),
        ("HS384 named", "Bearer " + token(header("", alg: "HS384"))),
        ("RS256 named", "Bearer " + token(header("", alg: "RS256"))),
        ("no alg", "Bearer " + token(#"{"typ":"JWT"}"#)), ("typ other", "Bearer " + token(header(#","typ":"at"}"#))),
        ("empty signature", "Bearer " + unsigned("HS256")),
        ("another key", "Bearer " + token(key: Array("another secret of thirty-two byte".utf8))),
        ("empty key", "Bearer " + token(key: [])),
        ("expired", "Bearer " + token(goodHeader, claims(exp: "1699999999"))),
        ("expires now", "Bearer " + token(goodHeader, claims(exp: "1700000000"))),
        ("exp as text", "Bearer " + token(goodHeader, claims(exp: #""never""#))),
        ("exp null", "Bearer " + token(goodHeader, claims(exp: "null"))),
        ("exp missing", "Bearer " + token(goodHeader, #"{"sub":"user-artist","role":"artist"}"#)),
        ("nbf tomorrow", "Bearer " + token(goodHeader, claims(more: #","nbf":1700086400"#))),
        ("other issuer", "Bearer " + token(goodHeader, claims(iss: #""evil""#))),
        ("issuer null", "Bearer " + token(goodHeader, claims(iss: "null"))),
        ("other audience", "Bearer " + token(goodHeader, claims(aud: #""else""#))),
        ("two audiences", "Bearer " + token(goodHeader, claims(aud: #"["mizzo-api","else"]"#))),
        ("unknown role", "Bearer " + token(goodHeader, claims(role: #""root""#))),
        ("role as list", "Bearer " + token(goodHeader, claims(role: #"["admin"]"#))),
        ("unknown user", "Bearer " + token(goodHeader, claims(sub: #""nobody""#))),
        ("empty user", "Bearer " + token(goodHeader, claims(sub: #""""#))),
        ("kid traversal", "Bearer " + token(header(#","kid":"../../dev/null""#))),
        ("kid SQL", "Bearer " + token(header(#","kid":"x' OR 1=1 --""#))),
        ("jwk inside", "Bearer " + token(header(#","jwk":{"kty":"oct","k":"AA"}"#))),
        ("jku", "Bearer " + token(header(#","jku":"http://169.254.169.254/""#))),
        ("x5u", "Bearer " + token(header(#","x5u":"http://evil/""#))),
        ("crit", "Bearer " + token(header(#","crit":["exp"]"#))),
        ("role twice", "Bearer " + token(goodHeader, claims(more: #","role":"artist""#))),
        ("role twice, once escaped", "Bearer " + token(goodHeader, claims(more: #","r\u006fle":"admin""#))),
        ("sub twice", "Bearer " + token(goodHeader, claims(more: #", "sub" : "user-admin""#))),
        ("exp twice", "Bearer " + token(goodHeader, claims(exp: "1699999999", more: #","exp":\#(exp)"#))),
        ("aud twice", "Bearer " + token(goodHeader, claims(aud: #""else""#, more: #","aud":"mizzo-api""#))),
        ("a name twice further in", "Bearer " + token(goodHeader, claims(more: #","x":[{"a":1,"a":1}]"#))),
        ("alg twice", "Bearer " + token(header(#","alg":"HS256""#))),
        ("alg twice, none first", "Bearer " + token(header(#","alg":"HS256""#, alg: "none"))),
        ("typ twice", "Bearer " + token(header(#","typ":"JWT","t\u0079p":"JWT""#))),
        ("claims swapped", "Bearer " + swapped(claims(sub: #""user-admin""#, role: #""admin""#))),
        ("two parts", "Bearer " + token().split(separator: ".").prefix(2).joined(separator: ".")),
        ("four parts", "Bearer " + token() + ".AAAA"), ("cut short", "Bearer " + String(token().dropLast(4))),
        ("header not JSON", "Bearer " + token("alg")), ("claims not JSON", "Bearer " + token(goodHeader, "{")),
        (
            "100 KB",
            "Bearer " + token(goodHeader, claims(more: #","x":""# + String(repeating: "x", count: 100_000) + "\""))
        ),
        ("no scheme", token()), ("Basic", "Basic " + token()), ("two spaces", "Bearer  " + token()),
        ("nothing", "Bearer "), ("dots", "Bearer .."), ("comma list", "Bearer " + token() + ", Bearer " + token()),
    ]
}

@Suite("Bearer tokens")
struct TokenTests {
    @Test("every forged or stale token is 401 at every route that knows tokens, and a good one passes")
    func forged() async throws {
        #expect(Forge.wrong.count >= 40)
        let platform = try Platform()
        let table = try platform.routes()
        try await platform.run { api in
            for endpoint in table.endpoints where endpoint.audience != .signatory {
                let path = endpoint.path.replacing("{id}", with: "track-0001").replacing("{file}", with: "master.m3u8")
                for (name, field) in Forge.wrong {
                    let response = try await api.send(endpoint.method, path, token: field)
                    #expect(response.status == .unauthorized, "\(name) at \(endpoint.name)")
                    #expect(response.headers[.wwwAuthenticate] == #"Bearer error="invalid_token""#)
                    if endpoint.method == .head { continue }
                    try expectProblem(response, .unauthorized, "token-invalid")
                }
            }
            #expect(try await api.send(.get, "/track", token: "Bearer " + Forge.token()).status == .ok)
            #expect(try await api.send(.get, "/track", token: "bearer " + Forge.token()).status == .ok)
            let nested = Forge.claims(more: #","x":{"role":"role","sub":["sub","sub"]},"y":"\":","y\"":{"role":1}"#)
            let token = Forge.token(Forge.goodHeader, nested)
            #expect(try await api.send(.get, "/track", token: "Bearer " + token).status == .ok)
        }
    }

    @Test("two Authorization fields are refused even if both are good")
    func twoFields() async throws {
        let platform = try Platform()
        try await platform.run { api in
            var headers = HTTPFields()
            headers.append(.init(name: .authorization, value: "Bearer " + Forge.token()))
            headers.append(.init(name: .authorization, value: "Bearer " + Forge.token()))
            try expectProblem(try await api.get("/track", headers: headers), .unauthorized, "token-invalid")
        }
    }

    @Test("a demotion, a lock-out and an expiry count at the next request")
    func freshness() async throws {
        let platform = try Platform()
        try await platform.run { api in
            #expect(try await api.get("/track", as: .artist).status == .ok)
            try await platform.database.write { db in
                try Catalog.putUser(Person.artist.id, role: .listener, name: "x", at: Platform.start, in: db)
            }
            try expectProblem(try await api.get("/track", as: .artist), .forbidden, "role-not-allowed")
            try await platform.database.write { db in
                try Catalog.setUser(Person.artist.id, disabled: true, at: Platform.start, in: db)
            }
            try expectProblem(try await api.get("/notification", as: .artist), .unauthorized, "token-invalid")
            #expect(try await api.get("/notification", as: .rival).status == .ok)
            platform.pass(86_400)
            try expectProblem(try await api.get("/notification", as: .rival), .unauthorized, "token-invalid")
        }
    }

    @Test("a token's role narrows the stored one and never widens it")
    func roleClaim() async throws {
        let platform = try Platform()
        try await platform.run { api in
            let widened = try #require(try await platform.token(of: .artist, role: .admin))
            let answer = try await api.send(.get, "/admin/track", token: "Bearer \(widened)")
            try expectProblem(answer, .forbidden, "role-not-allowed")
            let narrowed = try #require(try await platform.token(of: .admin, role: .listener))
            let refused = try await api.send(.get, "/admin/track", token: "Bearer \(narrowed)")
            try expectProblem(refused, .forbidden, "role-not-allowed")
        }
    }

    @Test("keys rotate: the first signs, older ones still verify, and a removed one no longer does")
    func rotation() async throws {
        func key(_ id: String?, _ letter: String) throws -> TokenKey {
            try TokenKey(id: id, secret: TokenSecret(Array(String(repeating: letter, count: 32).utf8)))
        }
        func token(_ keys: [TokenKey]) async throws -> String {
            try await TokenMint(settings: TokenSettings(keys: keys))
                .mint(user: Person.artist.id, role: .artist, lifetime: 60, now: Platform.start)
        }
        let (bare, old, new) = (try key(nil, "a"), try key("2025", "b"), try key("2026", "c"))
        let verifier = await TokenVerifier(settings: try TokenSettings(keys: [new, old]))
        func isGood(_ token: String) async -> Bool { await verifier.claims(of: token, now: Platform.start) != nil }
        #expect(try await isGood(token([new, old])))
        #expect(try await isGood(token([old])))
        #expect(try await !isGood(token([bare])))
        #expect(try await !isGood(token([key("2026", "b")])), "another key's secret under this name")
        #expect(try await !isGood(token([key(nil, "c")])), "a right secret without its name")
        #expect(try await !isGood(token([key("2024", "c")])), "a right secret under another name")
        let both = await TokenVerifier(settings: try TokenSettings(keys: [new, bare]))
        #expect(try await both.claims(of: token([bare]), now: Platform.start) != nil)
        let header = try #require(try await Base64URL.decode(token([new, old]).prefix { $0 != "." }))
        #expect(String(decoding: header, as: UTF8.self).contains(#""kid":"2026""#))
    }

    @Test(
        "keys without order are refused",
        arguments: [
            ([], TokenSettingsError.noKey), (["a", "a"], .keyIDTwice("a")), ([nil, nil], .keyIDTwice("")),
        ] as [([String?], TokenSettingsError)]
    )
    func keySets(ids: [String?], error: TokenSettingsError) throws {
        let secret = TokenSecret(Array(repeating: 1, count: 32))
        let keys = try ids.map { try TokenKey(id: $0, secret: secret) }
        #expect(throws: error) { try TokenSettings(keys: keys) }
        for id in ["", "a b", "../x", "ü", String(repeating: "a", count: 65)] {
            #expect(throws: TokenSettingsError.keyIDInvalid(id)) { try TokenKey(id: id, secret: secret) }
        }
    }

    @Test("a cursor survives a rotation and not the removal of its key")
    func cursorRotation() throws {
        let secrets = ["a", "b"].map { TokenSecret(Array(String(repeating: $0, count: 32).utf8)) }
        let cursor = try CursorSeal(secrets: [secrets[0]]).seal(7, scope: "s")
        #expect(try CursorSeal(secrets: [secrets[1], secrets[0]]).open(cursor, as: Int.self, scope: "s") == 7)
        #expect(throws: Problem.self) {
            try CursorSeal(secrets: [secrets[1]]).open(cursor, as: Int.self, scope: "s")
        }
    }

    @Test("a short secret is refused and a secret does not print itself")
    func secrets() {
        #expect(throws: TokenSettingsError.secretTooShort(byteCount: 31)) {
            try TokenSettings(secret: TokenSecret(Array(repeating: 1, count: 31)))
        }
        let secret = TokenSecret(Array("hunter2".utf8))
        #expect("\(secret) \(String(reflecting: secret)) \(String(describing: [secret]))".contains("104") == false)
    }
}
