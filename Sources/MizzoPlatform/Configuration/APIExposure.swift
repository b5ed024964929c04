public import CloudServices
import MizzoAPI

/// What the API asks of its callers, and where it shows its metrics.
public struct APIExposure: Sendable {
    /// At least 32 characters; verifies tokens without a key's name, and signs where no key is named. `nil`, and no named
    /// key: one is generated in the data folder.
    public var tokenSecret: PlatformConfiguration.Secret?
    /// Named keys, the first of which signs.
    public var tokenKeys: [(id: String, secret: PlatformConfiguration.Secret)]
    /// The `iss` claim of tokens.
    public var tokenIssuer: String
    /// The `aud` claim of tokens.
    public var tokenAudience: String
    /// Origins whose web pages may use the API.
    public var corsOrigins: [String]
    /// Proxies whose `X-Forwarded-For` is believed, as addresses or networks.
    public var trustedProxies: [String]
    /// Of one caller, in the long run; 0: no limit.
    public var readsPerMinute: Int
    /// Of one caller, in the long run; 0: no limit.
    public var writesPerMinute: Int
    /// Playlists, segments and objects of one caller, in the long run; 0: no limit.
    public var mediaPerMinute: Int
    /// Who sends the bytes of what is played.
    public var delivery: Delivery
    /// Signs the URLs of the CDN that clients are sent to instead of the bucket; `nil`: there is none.
    public var cdn: CloudFrontSigner?
    /// Where metrics are served.
    public var metricsHost: String
    /// Where metrics are served; 0: nowhere.
    public var metricsPort: Int

    init(_ values: ConfigurationValues) throws {
        tokenSecret = try values.secret(.tokenSecret)
        tokenKeys = try PlatformConfiguration.tokenKeys(values)
        tokenIssuer = try values.text(.tokenIssuer)
        tokenAudience = try values.text(.tokenAudience)
        corsOrigins = try values.list(.corsOrigins)
        trustedProxies = try values.list(.trustedProxies)
        readsPerMinute = try values.number(.readsPerMinute, 0...1_000_000)
        writesPerMinute = try values.number(.writesPerMinute, 0...1_000_000)
        mediaPerMinute = try values.number(.mediaPerMinute, 0...1_000_000)
        delivery = try values.choice(.playbackDelivery)
        cdn = try CDNSettings.signer(values)
        metricsHost = try values.text(.metricsHost)
        metricsPort = try values.number(.metricsPort, 0...65_535)
        try check()
    }

    private func check() throws(ConfigurationError) {
        for proxy in trustedProxies where IPNetwork(proxy) == nil {
            throw Self.invalid(.trustedProxies, proxy, "an address or a network such as 10.0.0.0/8")
        }
        if cdn != nil, delivery == .proxy {
            throw ConfigurationError(
                code: "configuration-combination-invalid",
                "with playback.delivery \"proxy\" nobody is sent to playback.cdn-url."
            )
        }
        for origin in corsOrigins where !Self.isOrigin(origin) {
            throw Self.invalid(.corsOrigins, origin, "an origin such as https://app.example.org")
        }
    }

    /// `scheme://host[:port]` and nothing after it: that is what browsers send.
    private static func isOrigin(_ text: String) -> Bool {
        guard text.hasPrefix("https://") || text.hasPrefix("http://") else { return false }
        let host = text.drop { $0 != "/" }.dropFirst(2)
        return !host.isEmpty && !host.contains { $0 == "/" || $0 == "*" || $0.isWhitespace }
    }

    private static func invalid(
        _ setting: ConfigurationSetting,
        _ value: String,
        _ expected: String
    )
        -> ConfigurationError
    {
        ConfigurationError(
            code: "configuration-value-invalid",
            "the setting \"\(setting.name)\" holds \"\(value)\", expected \(expected)."
        )
    }

    /// The limits as buckets: half a minute's worth at once, then the long-run rate.
    var rateLimits: RateLimits {
        func limit(_ perMinute: Int) -> RateLimit? {
            perMinute == 0 ? nil : RateLimit(burst: max(1, perMinute / 2), perSecond: Double(perMinute) / 60)
        }
        var limits = RateLimits()
        limits.read = limit(readsPerMinute)
        limits.write = limit(writesPerMinute)
        limits.media = limit(mediaPerMinute)
        return limits
    }

    var printed: [(ConfigurationSetting, String)] {
        let keys = tokenKeys.map { "\($0.id)=***" }.joined(separator: ",")
        return [
            (.tokenKeys, keys.isEmpty ? "(none)" : keys), (.tokenIssuer, tokenIssuer), (.tokenAudience, tokenAudience),
            (.corsOrigins, corsOrigins.isEmpty ? "(none)" : corsOrigins.joined(separator: ",")),
            (.trustedProxies, trustedProxies.isEmpty ? "(none)" : trustedProxies.joined(separator: ",")),
            (.readsPerMinute, "\(readsPerMinute)"), (.writesPerMinute, "\(writesPerMinute)"),
            (.mediaPerMinute, "\(mediaPerMinute)"), (.playbackDelivery, delivery.rawValue),
            (.cdnURL, cdn.map { "\($0)" } ?? "(none)"), (.cdnKeyPairID, cdn?.keyPairID ?? "(none)"),
            (.cdnPrivateKeyFile, cdn == nil ? "(none)" : "***"), (.metricsHost, metricsHost),
            (.metricsPort, "\(metricsPort)"),
        ]
    }
}

extension APIExposure {
    /// Who sends the bytes of published segments and originals.
    public enum Delivery: String, Sendable, CaseIterable {
        /// The bucket if there is one, else the API.
        case automatic
        /// The API.
        case proxy
        /// The object store, by presigned URLs that the API redirects to.
        case redirect

        func redirects(from storage: CloudConfiguration.Storage) -> Bool {
            switch self {
            case .automatic: storage == .s3
            case .proxy: false
            case .redirect: true
            }
        }
    }
}

extension PlatformConfiguration {
    /// `id=secret` pairs between commas; the errors do not repeat what they were given.
    static func tokenKeys(_ values: ConfigurationValues) throws -> [(id: String, secret: Secret)] {
        try values.list(.tokenKeys).map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard halves.count == 2 else {
                throw ConfigurationError(
                    code: "configuration-value-invalid",
                    "the setting \"token.keys\" must be id=secret pairs with commas between them, newest first."
                )
            }
            return (halves[0], Secret(halves[1]))
        }
    }
}
