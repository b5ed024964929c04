import FoundationEssentials

/// What the metadata services of containers and instances answer.
struct MetadataCredentials: Decodable {
    let code: String?
    let accessKeyID: String
    let secretAccessKey: String
    let token: String?
    let expiration: String?

    enum CodingKeys: String, CodingKey {
        case code = "Code"
        case accessKeyID = "AccessKeyId"
        case secretAccessKey = "SecretAccessKey"
        case token = "Token"
        case expiration = "Expiration"
    }

    /// How long before its end a pair is replaced; AWS renews them at least five minutes before.
    static let margin: TimeInterval = 300

    /// - Throws: ``CredentialsError``; the answer itself is never part of it.
    static func read(_ body: [UInt8], from source: String) throws -> IssuedCredentials {
        let found: MetadataCredentials
        do {
            found = try JSONDecoder().decode(MetadataCredentials.self, from: Data(body))
        } catch {
            throw CredentialsError.failed(source, "expected a JSON object with AccessKeyId and SecretAccessKey")
        }
        guard found.code == nil || found.code == "Success" else {
            throw CredentialsError.failed(source, "expected Code \"Success\", got \"\(found.code ?? "")\"")
        }
        let expiry = found.expiration.flatMap(Self.time)
        guard found.expiration == nil || expiry != nil else {
            throw CredentialsError.failed(source, "Expiration is no ISO 8601 time")
        }
        let pair = AWSCredentials(
            accessKeyID: found.accessKeyID,
            secretAccessKey: found.secretAccessKey,
            sessionToken: found.token
        )
        return IssuedCredentials(pair, refreshAt: expiry.map { $0 - margin }, expiresAt: expiry)
    }

    private static func time(_ text: String) -> Date? {
        (try? Date.ISO8601FormatStyle().parse(text))
            ?? (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))
    }
}
