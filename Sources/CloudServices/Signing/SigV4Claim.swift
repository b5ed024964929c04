import FoundationEssentials

/// What a request says about its own signature, taken from the query or from `Authorization`; syntax checked,
/// nothing verified yet.
struct SigV4Claim: Sendable {
    enum Place: Sendable {
        case query
        case header

        func malformed(_ message: String) -> SigV4Rejection {
            self == .query ? .malformedQuery(message) : .malformedHeader(message)
        }
    }

    let place: Place
    let accessKeyID: String
    let scope: String
    let date: Date
    let expiresIn: Int64?
    let signedHeaders: [String]
    let signature: [UInt8]
    let token: String?

    /// Reads the `X-Amz-…` query parameters; each must occur exactly once.
    static func presigned(_ query: QueryString) throws -> SigV4Claim {
        let names = Set(query.items.map(\.name))
        guard names.contains("X-Amz-Signature") || names.contains("X-Amz-Algorithm") else {
            let isVersion2 = names.contains("AWSAccessKeyId") || names.contains("Signature")
            throw isVersion2 ? SigV4Rejection.legacy : SigV4Rejection.missing
        }
        func single(_ name: String) throws -> String {
            let values = query.values(name)
            guard values.count == 1 else {
                throw SigV4Rejection.malformedQuery("\(name) must occur exactly once, got \(values.count).")
            }
            return values[0]
        }
        let tokens = query.values("X-Amz-Security-Token")
        guard tokens.count <= 1 else {
            throw SigV4Rejection.malformedQuery("X-Amz-Security-Token must occur at most once.")
        }
        return try SigV4Claim(
            place: .query,
            algorithm: single("X-Amz-Algorithm"),
            credential: single("X-Amz-Credential"),
            date: single("X-Amz-Date"),
            expires: single("X-Amz-Expires"),
            signedHeaders: single("X-Amz-SignedHeaders"),
            signature: single("X-Amz-Signature"),
            token: tokens.first
        )
    }

    /// Reads `Authorization`, `X-Amz-Date` and `X-Amz-Security-Token`.
    static func header(_ head: RequestHead) throws -> SigV4Claim {
        guard let authorization = head.value("authorization") else { throw SigV4Rejection.missing }
        guard !authorization.hasPrefix("AWS ") else { throw SigV4Rejection.legacy }
        let halves = authorization.split(separator: " ", maxSplits: 1)
        var fields: [String: String] = [:]
        for field in (halves.count == 2 ? halves[1] : "").split(separator: ",") {
            let pair = field.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, fields.updateValue(String(pair[1]), forKey: String(pair[0])) == nil else {
                throw SigV4Rejection.malformedHeader("Authorization has a repeated or broken field.")
            }
        }
        guard let credential = fields["Credential"], let signed = fields["SignedHeaders"],
            let signature = fields["Signature"], fields.count == 3, let date = head.value("x-amz-date")
        else {
            throw SigV4Rejection.malformedHeader(
                "Expected Authorization with Credential, SignedHeaders and Signature, and one X-Amz-Date."
            )
        }
        return try SigV4Claim(
            place: .header,
            algorithm: String(halves[0]),
            credential: credential,
            date: date,
            expires: nil,
            signedHeaders: signed,
            signature: signature,
            token: head.value("x-amz-security-token")
        )
    }

    private init(
        place: Place,
        algorithm: String,
        credential: String,
        date: String,
        expires: String?,
        signedHeaders: String,
        signature: String,
        token: String?
    ) throws {
        guard algorithm == CredentialScope.algorithm else {
            throw place.malformed("The algorithm must be \(CredentialScope.algorithm).")
        }
        guard let slash = credential.firstIndex(of: "/") else {
            throw place.malformed("The credential must be <key>/<day>/<region>/<service>/aws4_request.")
        }
        guard let time = SigV4Date.parse(date) else {
            throw place.malformed("X-Amz-Date must be in the ISO 8601 basic form YYYYMMDD'T'HHMMSS'Z'.")
        }
        guard let digest = URIEncoding.bytes(hex: signature), digest.count == 32, signature == signature.lowercased()
        else {
            throw place.malformed("The signature must be 64 lower-case hexadecimal digits.")
        }
        self.place = place
        self.accessKeyID = String(credential[..<slash])
        self.scope = String(credential[credential.index(after: slash)...])
        self.date = time
        self.expiresIn = try expires.map(Self.expiry)
        self.signedHeaders = try Self.names(signedHeaders, place)
        self.signature = digest
        self.token = token
    }

    private static func expiry(_ text: String) throws -> Int64 {
        guard let seconds = Int64(text), String(seconds) == text else {
            throw SigV4Rejection.malformedQuery("X-Amz-Expires must be a number of seconds.")
        }
        guard (1...SigV4Signer.maximumExpiry).contains(seconds) else { throw SigV4Rejection.expiryOutOfRange(seconds) }
        return seconds
    }

    private static func names(_ text: String, _ place: Place) throws -> [String] {
        let names = text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        guard names == Set(names).sorted(), names.allSatisfy({ $0 == $0.lowercased() && !$0.isEmpty }),
            names.contains("host")
        else {
            throw place.malformed("Signed headers must be lower-case, sorted, unique and contain host.")
        }
        return names
    }
}
