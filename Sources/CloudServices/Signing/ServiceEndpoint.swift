/// Where a service listens: scheme, host and port.
public struct ServiceEndpoint: Sendable, Equatable {
    /// `http` or `https`.
    public enum Scheme: String, Sendable {
        /// Plain text; for the embedded store behind a proxy or on the own machine.
        case http
        /// TLS.
        case https

        var defaultPort: Int { self == .http ? 80 : 443 }
    }

    /// The scheme.
    public let scheme: Scheme
    /// Host name or address; an IPv6 address in brackets.
    public let host: String
    /// `nil` means the scheme's own port.
    public let port: Int?

    /// An endpoint. The host is taken as it is.
    public init(scheme: Scheme, host: String, port: Int? = nil) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// The `Host` header of a request to this endpoint: without the port when it is the scheme's own
    /// (RFC 9110 section 7.2; what clients send and therefore what must be signed).
    public var hostHeader: String {
        guard let port, port != scheme.defaultPort else { return host }
        return "\(host):\(port)"
    }

    /// `scheme://host[:port]`, without a trailing slash.
    public var origin: String { "\(scheme.rawValue)://\(hostHeader)" }
}
