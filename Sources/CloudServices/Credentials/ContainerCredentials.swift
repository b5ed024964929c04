import AsyncHTTPClient
import FoundationEssentials

/// The role of an ECS task or an EKS pod, from the agent named in `AWS_CONTAINER_CREDENTIALS_…`.
public struct ContainerCredentials: CredentialsProvider {
    private let environment: [String: String]
    private let exchange: MetadataExchange
    private static let source = "The container's credentials"
    /// The link-local addresses of the ECS and EKS agents; plain HTTP to other hosts would hand the token to anybody.
    private static let agents: Set<String> = [
        "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "localhost", "127.0.0.1", "[::1]",
    ]

    /// - Parameters:
    ///   - environment: the process's variables.
    ///   - client: shut down by its owner.
    public init(_ environment: [String: String], client: HTTPClient) {
        self.environment = environment
        exchange = MetadataExchange(client: client)
    }

    /// See ``CredentialsProvider/credentials()``.
    public func credentials() async throws -> IssuedCredentials? {
        guard let url = try address() else { return nil }
        let headers = try token().map { [HeaderField("Authorization", $0)] } ?? []
        let answer = try await exchange.send("GET", url, headers, from: Self.source)
        guard answer.status == 200 else {
            throw CredentialsError.failed(Self.source, "expected status 200, got \(answer.status)")
        }
        return try MetadataCredentials.read(answer.body, from: Self.source)
    }

    private func address() throws -> String? {
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"], !path.isEmpty {
            guard path.hasPrefix("/") else {
                throw CredentialsError.malformed(
                    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                    "expected a path that begins with /"
                )
            }
            return "http://169.254.170.2\(path)"
        }
        guard let url = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"], !url.isEmpty else { return nil }
        let endpoint = ServiceEndpoint(url: url.prefix(beforePathOf: url))
        guard let endpoint, endpoint.scheme == .https || Self.agents.contains(endpoint.host) else {
            throw CredentialsError.malformed(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "expected https, or http to the agent of ECS or EKS or to this machine"
            )
        }
        return url
    }

    private func token() throws -> String? {
        if let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], !path.isEmpty {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw CredentialsError.malformed("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "\(path) cannot be read")
            }
            return String(decoding: data, as: UTF8.self).filter { !$0.isNewline }
        }
        return environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    }
}

extension String {
    /// `scheme://host[:port]` of a URL.
    fileprivate func prefix(beforePathOf url: String) -> String {
        guard let start = url.firstRange(of: "://")?.upperBound else { return url }
        return String(url[..<(url[start...].firstIndex { $0 == "/" || $0 == "?" } ?? url.endIndex)])
    }
}
