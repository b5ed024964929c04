import AsyncHTTPClient
import FoundationEssentials
import Logging
import NIOHTTP1

/// A bucket of S3, or of a service that speaks its protocol.
///
/// Bodies of at most ``Configuration/partByteCount`` are one signed PUT; larger ones a multipart upload, so that never more than
/// two parts of a body are in memory and a lost connection costs one part. Requests that fail with 5xx, `SlowDown` or a broken
/// connection are repeated with growing random pauses; a download goes on where it broke off, on the same version.
///
/// What S3 cannot do: ``ObjectInfo/sha256`` is known only from ``put(_:body:options:)``, and listings have no content type.
public struct S3ObjectStore: ObjectStore {
    /// Where the bucket's name stands in an address.
    public enum Addressing: String, Sendable, CaseIterable {
        /// `https://endpoint/bucket/key`: for most other services than AWS.
        case path
        /// `https://bucket.endpoint/key`: what AWS wants.
        case virtualHosted = "virtual-hosted"
    }

    /// What an operator decides.
    public struct Configuration: Sendable {
        /// The bucket; it must exist.
        public var bucket: BucketName
        /// Region in signatures.
        public var region: String
        /// Without the bucket.
        public var endpoint: ServiceEndpoint
        /// Where the bucket's name stands.
        public var addressing: Addressing
        /// From this size on bodies are sent in parts of this size; S3 wants at least 5 MiB.
        public var partByteCount: Int
        /// How failed requests are repeated.
        public var backOff: BackOff

        /// - Parameter endpoint: `nil` means AWS's own for the region.
        public init(
            bucket: BucketName,
            region: String,
            endpoint: ServiceEndpoint? = nil,
            addressing: Addressing = .virtualHosted,
            partByteCount: Int = 8 << 20,
            backOff: BackOff = BackOff()
        ) {
            self.bucket = bucket
            self.region = region
            self.endpoint = endpoint ?? ServiceEndpoint(scheme: .https, host: "s3.\(region).amazonaws.com")
            self.addressing = addressing
            self.partByteCount = max(5 << 20, partByteCount)
            self.backOff = backOff
        }
    }

    let configuration: Configuration
    let http: SignedHTTPClient
    let now: @Sendable () -> Date
    let logger: Logger

    /// - Parameters:
    ///   - credentials: may be shared with other clients.
    ///   - client: set up as ``CloudHTTP/clientConfiguration`` says; shut down by its owner.
    public init(
        configuration: Configuration,
        credentials: CachedCredentials,
        client: HTTPClient,
        logger: Logger = Logger(label: "cloud.s3"),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.configuration = configuration
        self.now = now
        self.logger = logger
        http = SignedHTTPClient(
            client: client,
            endpoint: Self.address(configuration),
            region: configuration.region,
            service: "s3",
            credentials: credentials,
            backOff: configuration.backOff,
            now: now
        )
    }

    private static func address(_ configuration: Configuration) -> ServiceEndpoint {
        let endpoint = configuration.endpoint
        guard configuration.addressing == .virtualHosted else { return endpoint }
        return ServiceEndpoint(
            scheme: endpoint.scheme,
            host: "\(configuration.bucket).\(endpoint.host)",
            port: endpoint.port
        )
    }

    /// Percent-encoded; without a key that of the bucket.
    func path(_ key: ObjectKey?) -> String {
        let bucket = configuration.addressing == .path ? "/\(configuration.bucket)" : ""
        let path = bucket + (key.map { "/\($0)" } ?? "")
        return path.isEmpty ? "/" : URIEncoding.encodePath(path)
    }

    /// See ``ObjectStore/head(_:)``.
    public func head(_ key: ObjectKey) async throws -> ObjectInfo {
        try await exchange(ServiceRequest(method: "HEAD", path: path(key)), about: key) { response in
            try S3Answer.info(key, response)
        }
    }

    /// See ``ObjectStore/delete(_:)``.
    public func delete(_ key: ObjectKey) async throws {
        do {
            try await exchange(ServiceRequest(method: "DELETE", path: path(key)), about: key) { response in
                try await S3Answer.drain(response)
            }
        } catch let error as ObjectStoreError where error.kind == .noSuchKey {
            // S3 itself says 204; others tell.
        }
    }

    /// Asks whether the bucket is there and may be used.
    /// - Throws: ``ObjectStoreError`` `NoSuchBucket`, `AccessDenied`, `ServiceUnavailable`.
    public func checkBucket() async throws {
        let query = QueryString([.init(name: "list-type", value: "2"), .init(name: "max-keys", value: "1")])
        try await exchange(ServiceRequest(method: "GET", path: path(nil), query: query), about: nil) { response in
            try await S3Answer.drain(response)
        }
    }

    /// Sends a request; successes are read by `read`, refusals become ``ObjectStoreError``.
    ///
    /// - Parameter noting: told of every attempt that was answered.
    func exchange<Answer>(
        _ request: ServiceRequest,
        about key: ObjectKey?,
        read: (HTTPClientResponse) async throws -> Answer,
        noting: (SignedHTTPClient.Attempt) -> Void = { _ in }
    ) async throws -> Answer {
        do {
            return try await http.perform(request) { response, attempt in
                noting(attempt)
                guard (200..<300).contains(response.status.code) else {
                    return try await S3Answer.verdict(response, about: key)
                }
                do {
                    return .done(try await read(response))
                } catch let error as ObjectStoreError where S3Answer.isTemporary(error.kind) {
                    return .again(error)
                }
            }
        } catch let error as ServiceUnreachable {
            throw ObjectStoreError(.serviceUnavailable, "\(error)")
        }
    }
}
