import CloudServices

/// How clients reach the embedded object store: below `/objects` of the API.
///
/// The store's own signatures cover the path without that prefix, so its presigned URLs are moved below it after signing.
struct PublicEndpoint: Sendable {
    static let mount = "/objects"

    let endpoint: ServiceEndpoint

    /// - Parameter url: `http://host[:port]` or `https://host[:port]`.
    /// - Throws: ``ConfigurationError`` `public-url-invalid`.
    init(url: String) throws(ConfigurationError) {
        guard !url.hasSuffix("/"), let endpoint = ServiceEndpoint(url: url) else { throw Self.invalid(url) }
        self.endpoint = endpoint
    }

    /// The address clients use for a URL the store has signed.
    func mounted(_ url: String) -> String {
        let origin = endpoint.origin
        return url.hasPrefix(origin) ? origin + Self.mount + url.dropFirst(origin.count) : url
    }

    private static func invalid(_ url: String) -> ConfigurationError {
        ConfigurationError(
            code: "public-url-invalid",
            "the setting \"http.public-url\" is \"\(url)\", expected http://host[:port] or https://host[:port]."
        )
    }
}
