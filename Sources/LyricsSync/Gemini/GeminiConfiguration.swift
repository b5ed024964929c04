/// How to reach Gemini, and the bounds of one call.
public struct GeminiConfiguration: Sendable {
    /// How the audio gets to the model.
    public enum AudioDelivery: String, Sendable, CaseIterable {
        /// By address when it is a public `https` address, else in the request. Also in the request when the address
        /// could not be fetched and a file is at hand.
        case automatic
        /// Always in the request.
        case inlineOnly
        /// By address whatever it is, for example when a proxy fetches it. In the request when it could not be fetched.
        case urlFirst
    }

    /// Where the API is; plain `http` only makes sense for a simulator on this machine.
    public var baseURL = "https://generativelanguage.googleapis.com"
    /// Version segment of the path.
    public var apiVersion = "v1beta"
    /// The model's id. Preview models are retired with about two weeks' notice: an unknown id is an error for the
    /// operator.
    public var model = "gemini-3-flash-preview"
    /// The API key.
    public var apiKey: GeminiAPIKey
    /// How the audio gets to the model.
    public var audioDelivery = AudioDelivery.automatic
    /// Largest file sent in the request. The request may have 100 MB and base64 adds a third.
    public var inlineAudioBytesMax = 70_000_000
    /// Largest response read.
    public var responseBytesMax = 8 * 1_024 * 1_024
    /// Time for one HTTP exchange, body included.
    public var timeLimit = Duration.seconds(300)
    /// Output tokens the model may use, thinking included. The model's own limit is 65,536.
    public var outputTokensMax = 65_536
    /// How many attempts on answers that make no sense are useful, the first included.
    public var malformedAttemptsMax = 2
    /// How long to wait when a daily quota is used up and the service does not say longer.
    public var dailyQuotaPause = Duration.seconds(3_600)

    /// The default model of the public service.
    public init(apiKey: GeminiAPIKey) {
        self.apiKey = apiKey
    }
}
