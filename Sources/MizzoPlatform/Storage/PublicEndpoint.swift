import CloudServices

/// How clients reach the embedded object store: below `/objects` of the API.
///
/// Signatures cover the path without that prefix, so presigned URLs are moved below it after signing, and requests moved
/// back before they are verified.
struct PublicEndpoint: Sendable {
    static let mount = "/objects"

    let endpoint: ServiceEndpoint

    /// - Parameter url: `http://host[:port]` or `https://host[:port]`.
    /// - Throws: ``ConfigurationError`` `public-url-invalid`.
    init(url: String) throws(ConfigurationError) {
        let parts = url.split(separator: "://", maxSplits: 1).map(String.init)
        guard parts.count == 2, let scheme = ServiceEndpoint.Scheme(rawValue: parts[0]), !parts[1].contains("/") else {
            throw Self.invalid(url)
        }
        let authority = parts[1]
        guard let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") else {
            endpoint = ServiceEndpoint(scheme: scheme, host: authority)
            return
        }
        guard let port = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(port) else {
            throw Self.invalid(url)
        }
        endpoint = ServiceEndpoint(scheme: scheme, host: String(authority[..<colon]), port: port)
    }

    /// The address clients use for a URL the store has signed.
    func mounted(_ url: String) -> String {
        let origin = endpoint.origin
        return url.hasPrefix(origin) ? origin + Self.mount + url.dropFirst(origin.count) : url
    }

    /// The path the store has signed, for the path of a request.
    static func unmounted(_ path: String) -> String {
        path.hasPrefix(mount + "/") ? String(path.dropFirst(mount.count)) : path
    }

    private static func invalid(_ url: String) -> ConfigurationError {
        ConfigurationError(
            code: "public-url-invalid",
            "the setting \"http.public-url\" is \"\(url)\", expected http://host[:port] or https://host[:port]."
        )
    }
}
