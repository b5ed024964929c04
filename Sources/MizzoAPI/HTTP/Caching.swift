/// The values of `Cache-Control` that the API uses (RFC 9111).
enum Caching {
    /// What everybody gets alike, for a minute: a blocked track falls silent that soon, also behind a shared cache. A
    /// request with a token gets it from there, too, which `public` allows.
    static let briefly = "public, max-age=60, must-revalidate"
    /// How long a URL of the store is good for that a client was sent to: a blocked track falls silent that soon.
    static let linkLifetime = Duration.seconds(60)
    /// The way to such a URL. It is kept for half the URL's life, so that whoever uses it late still arrives in time.
    static let redirected = "public, max-age=30, must-revalidate"
    /// What is the caller's own, or a preview.
    static let never = "private, no-store"

    /// May be kept, and must be asked about before every use.
    static func revalidated(isPublic: Bool) -> String { isPublic ? "public, no-cache" : "private, no-cache" }
}
