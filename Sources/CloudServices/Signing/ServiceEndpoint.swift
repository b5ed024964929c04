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

    /// Reads `scheme://host[:port]`, with or without a slash at the end. `nil` for anything else.
    public init?(url: String) {
        let parts = url.split(separator: "://", maxSplits: 1).map(String.init)
        guard parts.count == 2, let scheme = Scheme(rawValue: parts[0]) else { return nil }
        let authority = parts[1].hasSuffix("/") ? String(parts[1].dropLast()) : parts[1]
        guard !authority.isEmpty, authority.unicodeScalars.allSatisfy(Self.isAuthorityScalar) else { return nil }
        guard let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") else {
            self.init(scheme: scheme, host: authority)
            return
        }
        let host = String(authority[..<colon])
        guard let port = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(port), !host.isEmpty
        else { return nil }
        self.init(scheme: scheme, host: host, port: port)
    }

    private static func isAuthorityScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            || ["-", ".", "_", ":", "[", "]"].contains(scalar)
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
