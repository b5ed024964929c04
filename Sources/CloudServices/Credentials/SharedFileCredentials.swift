import FoundationEssentials

/// The files that the AWS command line shares with programs: `~/.aws/credentials` and `~/.aws/config`.
///
/// `AWS_SHARED_CREDENTIALS_FILE`, `AWS_CONFIG_FILE` and `AWS_PROFILE` are honoured. Read again every minute, because other
/// programs renew temporary pairs in them. Of a profile only its key pair is used; `role_arn`, `sso_…` and `credential_process`
/// are refused by name instead of being passed over.
public struct SharedFileCredentials: CredentialsProvider {
    private let environment: [String: String]
    private let now: @Sendable () -> Date
    private static let lifetime: TimeInterval = 60

    /// - Parameter environment: the process's variables.
    public init(_ environment: [String: String], now: @escaping @Sendable () -> Date = { Date() }) {
        self.environment = environment
        self.now = now
    }

    /// See ``CredentialsProvider/credentials()``. The credentials file comes before the configuration file.
    public func credentials() async throws -> IssuedCredentials? {
        let profile = variable("AWS_PROFILE") ?? "default"
        let home = variable("HOME") ?? ""
        let files = [
            (variable("AWS_SHARED_CREDENTIALS_FILE") ?? "\(home)/.aws/credentials", profile),
            (
                variable("AWS_CONFIG_FILE") ?? "\(home)/.aws/config",
                profile == "default" ? profile : "profile \(profile)"
            ),
        ]
        for (path, section) in files {
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            let values = ProfileFile.section(section, of: String(decoding: data, as: UTF8.self))
            guard let values, let found = try Self.pair(values, "Profile \"\(profile)\" in \(path)") else { continue }
            return IssuedCredentials(found, refreshAt: now() + Self.lifetime)
        }
        guard variable("AWS_PROFILE") == nil else {
            throw CredentialsError.malformed("AWS_PROFILE", "there is no profile \"\(profile)\" with a key pair")
        }
        return nil
    }

    private func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    private static func pair(_ values: [String: String], _ place: String) throws -> AWSCredentials? {
        let (id, secret) = (values["aws_access_key_id"], values["aws_secret_access_key"])
        if let id, let secret {
            return AWSCredentials(
                accessKeyID: id,
                secretAccessKey: secret,
                sessionToken: values["aws_session_token"]
            )
        }
        guard id == nil, secret == nil else {
            throw CredentialsError.malformed(place, "half of the key pair is missing")
        }
        let refused = values.keys.sorted().first { name in
            name == "role_arn" || name == "credential_process" || name.hasPrefix("sso_")
        }
        if let refused {
            throw CredentialsError.malformed(place, "\(refused) is not supported, a key pair is expected")
        }
        return nil
    }
}

/// The INI form of those files: `[section]`, `name = value`, comments after `#` or `;` at the beginning of a line.
enum ProfileFile {
    /// The values of a section, names in lower case; `nil` when there is no such section. Indented lines belong to a nested
    /// value of the AWS command line and are left out.
    static func section(_ wanted: String, of text: String) -> [String: String]? {
        var found: [String: String]?
        var isInside = false
        for line in text.split(whereSeparator: \.isNewline) {
            let isNested = line.first?.isWhitespace == true
            let content = line.trimmed
            guard let first = content.first, first != "#", first != ";" else { continue }
            if first == "[", !isNested {
                let name = content.dropFirst().prefix { $0 != "]" }.trimmed
                isInside = name == wanted
                if isInside { found = found ?? [:] }
            } else if isInside, !isNested, let equals = content.firstIndex(of: "=") {
                let name = content[..<equals].trimmed.lowercased()
                found?[name] = content[content.index(after: equals)...].trimmed
            }
        }
        return found
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
