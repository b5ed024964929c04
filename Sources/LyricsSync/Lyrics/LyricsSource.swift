/// Says how lyrics were timed, so that nobody mistakes an estimate for a measurement.
public struct LyricsSource: Codable, Sendable, Equatable {
    /// What made the times.
    public enum Provider: String, Codable, Sendable, Equatable {
        /// Google's Gemini listened to the audio.
        case gemini
        /// Forced alignment of the artist's own lyrics against the audio.
        case aligner
        /// The artist's own lyrics, spread over the audio in proportion to their length.
        case proportional
        /// Nobody timed them yet.
        case none
    }

    /// What made the times.
    public var provider: Provider
    /// The model's id when a model made the times.
    public var model: String?
    /// Whether a person should check the times before they are published. True for everything automatic.
    public var isDraft: Bool
    /// One English sentence for the reviewer: how the times were made and what to doubt.
    public var explanation: String

    /// Creates a source.
    public init(provider: Provider, model: String? = nil, isDraft: Bool = true, explanation: String) {
        self.provider = provider
        self.model = model
        self.isDraft = isDraft
        self.explanation = explanation
    }
}
