import CloudServices
import Testing

@Suite("Keys and bucket names")
struct ObjectKeyTests {
    static let refused: [String] = [
        "", "/", "//", ".", "..", "...", "a/", "/a", "//a", "a//b", "a/./b", "a/../b", "../a", "a/..", "./a", "a/.",
        "a/.../b", "../../etc/passwd", "/etc/passwd", "a/../../b", "..\\a", "a\\..\\b", "\\", "C:\\a",
        "%2e%2e/a", "%2e%2e%2fa", "..%2fa", "a%00b", "%252e%252e", "a%", "a\u{0}b", "a\nb", "a\r\nb", "a\tb", "a\u{7F}",
        "a\u{85}b", "\u{202E}a", "a\u{200B}b", "\u{FEFF}a", "a\u{2028}b", "a\u{A0}b", "a\u{E000}", "a\u{FFFF}",
        "a\u{10FFFF}", "\u{FF0E}\u{FF0E}/a", "a\u{2215}b", "a\u{2044}b", "a\u{FF0F}b", "\u{2025}/a", "a\u{FF3C}b",
        " a", "a ", "a/ /b", "a /b", "a/ b", "a\"b", "a<b>", "a|b", "a#b", "a[0]", "{a}", "a^b", "a`b", "~/../a",
        "../\u{301}a", "a/../\u{301}b", "/\u{301}",
        String(repeating: "a", count: 1025), String(repeating: "ü", count: 513),
    ]

    static let accepted: [String] = [
        "a", "a.b", ".a", "..a", "a..", "a..b/c", "raw-track/trk_1.mp3", "a b+c~!*'()&=?:@,;$-", "日本/ü.mp3",
        "🎵/x",
        "transcoded-track/trk1/high_000.aac", "~a", String(repeating: "a", count: 1024),
    ]

    @Test("a key that could leave its place is refused", arguments: refused)
    func refuses(_ key: String) {
        let error = #expect(throws: ObjectStoreError.self) { try ObjectKey(key) }
        #expect(error?.kind == (key.utf8.count > 1024 ? .keyTooLong : .invalidArgument))
    }

    @Test("an honest key is accepted as it is", arguments: accepted)
    func accepts(_ key: String) throws {
        #expect(try ObjectKey(key).rawValue == key)
    }

    @Test("keys are equal when their bytes are", arguments: [("e\u{301}", "\u{E9}")])
    func comparesBytes(_ keys: (String, String)) throws {
        #expect(try ObjectKey(keys.0) != ObjectKey(keys.1))
        #expect(try Set([ObjectKey(keys.0), ObjectKey(keys.1)]).count == 2)
    }

    @Test("a correctly signed request for a bad key is refused too", arguments: refused.filter { !$0.isEmpty })
    func refusesSignedTraversal(_ key: String) async throws {
        let fixture = try CloudFixture()
        let path = "/mizzo/" + key.utf8.map { "%" + hex($0) }.joined()
        let signer = SigV4Signer(credentials: CloudFixture.credentials, region: "us-east-1", service: "s3")
        var head = RequestHead(method: "PUT", url: "http://127.0.0.1:9000\(path)")
        head.query = try signer.presign(head, expiresIn: 60, at: fixture.clock.now).query
        head.headers.append(HeaderField("Content-Length", "1"))
        let response = await fixture.send(head, body: "x")
        #expect(["InvalidArgument", "KeyTooLongError"].contains(response.errorCode))
        #expect(fixture.files().isEmpty)
    }

    private func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "0\(digits)" : digits
    }

    @Test(
        "a bucket name outside S3's rules is refused",
        arguments: ["", "ab", "Mizzo", "mi_zzo", "-mizzo", "mizzo-", ".mizzo", "mi..zzo", "mi/zzo", "..", "mizzö"]
            + [String(repeating: "a", count: 64)]
    )
    func refusesBucket(_ name: String) {
        #expect(throws: ObjectStoreError.self) { try BucketName(name) }
    }

    @Test("error codes are stable and kebab-case")
    func errorCodes() {
        let codes = ObjectStoreError.Kind.allCases.map { ObjectStoreError($0, "").code }
        #expect(Set(codes).count == codes.count)
        #expect(ObjectStoreError(.noSuchKey, "").code == "no-such-key")
        #expect(ObjectStoreError(.invalidURI, "").code == "invalid-uri")
        #expect(ObjectStoreError(.contentSHA256Mismatch, "").code == "x-amz-content-sha256-mismatch")
        for code in codes { #expect(code.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" }, "\(code)") }
    }
}
