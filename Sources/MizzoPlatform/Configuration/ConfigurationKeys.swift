import Configuration

/// One setting: its name in the file (`http.port`), in the environment (`MIZZO_HTTP_PORT`) and as a flag (`--http-port`).
struct ConfigurationSetting: Sendable {
    enum Kind: Sendable { case text, number, secret }

    let name: String
    let kind: Kind
    /// Used when nobody says otherwise; empty where absence means something.
    let fallback: String

    init(_ name: String, _ kind: Kind = .text, _ fallback: String = "") {
        self.name = name
        self.kind = kind
        self.fallback = fallback
    }

    var components: [String] { name.split(separator: ".").map(String.init) }
    var key: ConfigKey { ConfigKey(components) }

    /// Every setting there is. The file may hold no other.
    static let all: [ConfigurationSetting] =
        [
            dataFolder, database, host, port, publicURL, bucket, tokenSecret, storageSecret, transcodingSlots,
            lyricsSlots, activitySlots, drainSeconds, sandbox, arrivalMinutes, reminderMinutes, escalationMinutes,
            geminiKey, geminiURL, geminiModel, logLevel, logFormat, exerciseLedger,
        ] + api + cloud

    /// What the API asks of its callers, and where it shows its metrics.
    private static let api: [ConfigurationSetting] = [
        tokenKeys, tokenIssuer, tokenAudience, corsOrigins, trustedProxies, readsPerMinute, writesPerMinute,
        mediaPerMinute, playbackDelivery, cdnURL, cdnKeyPairID, cdnPrivateKeyFile, metricsHost, metricsPort,
    ]

    /// What only AWS, or a service that speaks its protocols, needs.
    private static let cloud: [ConfigurationSetting] = [
        storageKind, storageEndpoint, storageAddressing, region, queueKind, queueURL, transcodingRunner, ecsEndpoint,
        ecsCluster, ecsTaskDefinition, ecsContainer, ecsSubnets, ecsSecurityGroups, ecsPublicAddress,
        ecsPollSeconds,
    ]

    static let storageKind = Self("storage.kind", .text, "files")
    static let storageEndpoint = Self("storage.endpoint")
    static let storageAddressing = Self("storage.addressing", .text, "virtual-hosted")
    static let region = Self("aws.region")
    static let queueKind = Self("queue.kind", .text, "embedded")
    static let queueURL = Self("queue.url")
    static let transcodingRunner = Self("transcoding.runner", .text, "local")
    static let ecsEndpoint = Self("ecs.endpoint")
    static let ecsCluster = Self("ecs.cluster", .text, "default")
    static let ecsTaskDefinition = Self("ecs.task-definition")
    static let ecsContainer = Self("ecs.container", .text, "transcoder")
    static let ecsSubnets = Self("ecs.subnets")
    static let ecsSecurityGroups = Self("ecs.security-groups")
    static let ecsPublicAddress = Self("ecs.assign-public-ip", .text, "disabled")
    static let ecsPollSeconds = Self("ecs.poll-seconds", .number, "5")

    static let dataFolder = Self("data", .text, "./var")
    static let database = Self("database")
    static let host = Self("http.host", .text, "127.0.0.1")
    static let port = Self("http.port", .number, "8080")
    static let publicURL = Self("http.public-url")
    static let bucket = Self("storage.bucket", .text, "mizzo")
    static let storageSecret = Self("storage.secret", .secret)
    static let tokenSecret = Self("token.secret", .secret)
    static let tokenKeys = Self("token.keys", .secret)
    static let tokenIssuer = Self("token.issuer", .text, "mizzo")
    static let tokenAudience = Self("token.audience", .text, "mizzo-api")
    static let corsOrigins = Self("http.cors-origins")
    static let trustedProxies = Self("http.trusted-proxies")
    static let readsPerMinute = Self("http.reads-per-minute", .number, "1200")
    static let writesPerMinute = Self("http.writes-per-minute", .number, "120")
    static let mediaPerMinute = Self("http.media-per-minute", .number, "6000")
    static let playbackDelivery = Self("playback.delivery", .text, "automatic")
    static let cdnURL = Self("playback.cdn-url")
    static let cdnKeyPairID = Self("playback.cdn-key-pair-id")
    static let cdnPrivateKeyFile = Self("playback.cdn-private-key-file")
    static let metricsHost = Self("metrics.host", .text, "127.0.0.1")
    static let metricsPort = Self("metrics.port", .number, "0")
    static let transcodingSlots = Self("worker.transcoding-slots", .number, "0")
    static let lyricsSlots = Self("worker.lyrics-slots", .number, "1")
    static let activitySlots = Self("worker.activity-slots", .number, "100")
    static let drainSeconds = Self("worker.drain-seconds", .number, "20")
    static let exerciseLedger = Self("worker.exercise-ledger")
    static let sandbox = Self("transcoding.sandbox", .text, "automatic")
    static let arrivalMinutes = Self("upload.arrival-minutes", .number, "1440")
    static let reminderMinutes = Self("review.reminder-minutes", .number, "1440")
    static let escalationMinutes = Self("review.escalation-minutes", .number, "4320")
    static let geminiKey = Self("gemini.api-key", .secret)
    static let geminiURL = Self("gemini.base-url", .text, "https://generativelanguage.googleapis.com")
    static let geminiModel = Self("gemini.model", .text, "gemini-3-flash-preview")
    static let logLevel = Self("log.level", .text, "info")
    static let logFormat = Self("log.format", .text, "auto")
}
