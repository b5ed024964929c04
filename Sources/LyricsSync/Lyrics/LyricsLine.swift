/// One displayed line and the time it is sung.
public struct LyricsLine: Codable, Sendable, Equatable {
    /// Where the times of one line come from.
    public enum Timing: String, Codable, Sendable, Equatable {
        /// A language model said so. Not millisecond-precise: treat as a draft.
        case model
        /// Found in the audio by forced alignment.
        case aligned = "aligner"
        /// Computed without hearing the line: proportional to its length, or interpolated between neighbours.
        case estimated = "proportional"
        /// A person set them.
        case edited
    }

    /// Start, milliseconds from the start of the audio.
    public var startMs: Int
    /// End, milliseconds from the start of the audio; after `startMs`.
    public var endMs: Int
    /// The text as displayed.
    public var text: String
    /// Where the times come from.
    public var timing: Timing
    /// The words of the line; empty when only the line was timed.
    public var words: [LyricsWord]

    /// Creates a line without checking it.
    public init(startMs: Int, endMs: Int, text: String, timing: Timing, words: [LyricsWord] = []) {
        self.startMs = startMs
        self.endMs = endMs
        self.text = text
        self.timing = timing
        self.words = words
    }
}
