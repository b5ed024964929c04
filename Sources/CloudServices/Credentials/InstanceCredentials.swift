import AsyncHTTPClient

/// The role of an EC2 instance, from its metadata service, version 2 only (a session token with every request).
public struct InstanceCredentials: CredentialsProvider {
    private let environment: [String: String]
    private let exchange: MetadataExchange
    private static let source = "The instance's metadata service"
    private static let folder = "/latest/meta-data/iam/security-credentials/"

    /// - Parameters:
    ///   - environment: the process's variables; `AWS_EC2_METADATA_DISABLED` and `AWS_EC2_METADATA_SERVICE_ENDPOINT` count.
    ///   - client: shut down by its owner.
    public init(_ environment: [String: String], client: HTTPClient) {
        self.environment = environment
        exchange = MetadataExchange(client: client)
    }

    /// See ``CredentialsProvider/credentials()``. `nil` where there is no such service or the instance has no role.
    public func credentials() async throws -> IssuedCredentials? {
        guard environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
        guard let session = try await session() else { return nil }
        let list = try await get(Self.folder, session)
        guard list.status != 404 else { return nil }
        let text = String(decoding: list.body, as: UTF8.self)
        guard list.status == 200, let role = text.split(whereSeparator: \.isNewline).first else {
            throw CredentialsError.failed(Self.source, "expected a role's name, got status \(list.status)")
        }
        let answer = try await get(Self.folder + URIEncoding.encode(String(role)), session)
        guard answer.status == 200 else {
            throw CredentialsError.failed(Self.source, "expected status 200 for the role, got \(answer.status)")
        }
        return try MetadataCredentials.read(answer.body, from: Self.source)
    }

    private var base: String {
        let set = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"].flatMap { $0.isEmpty ? nil : $0 }
        let url = set ?? "http://169.254.169.254"
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    /// `nil` when nothing answers there, as on a machine that is no instance.
    private func session() async throws -> String? {
        let lifetime = HeaderField("X-aws-ec2-metadata-token-ttl-seconds", "21600")
        guard
            let answer = try? await exchange.send("PUT", "\(base)/latest/api/token", [lifetime], from: Self.source)
        else {
            try Task.checkCancellation()
            return nil
        }
        guard answer.status == 200 else {
            throw CredentialsError.failed(Self.source, "expected a session token, got status \(answer.status)")
        }
        return String(decoding: answer.body, as: UTF8.self)
    }

    private func get(_ path: String, _ session: String) async throws -> MetadataExchange.Answer {
        let header = HeaderField("X-aws-ec2-metadata-token", session)
        return try await exchange.send("GET", base + path, [header], from: Self.source)
    }
}
