/// One word of a line and the time it is sung.
public struct LyricsWord: Codable, Sendable, Equatable {
    /// Start, milliseconds from the start of the audio; inside the line.
    public var startMs: Int
    /// End, milliseconds from the start of the audio; inside the line.
    public var endMs: Int
    /// The word as displayed, punctuation included, without white space.
    public var text: String

    /// Creates a word without checking it.
    public init(startMs: Int, endMs: Int, text: String) {
        self.startMs = startMs
        self.endMs = endMs
        self.text = text
    }
}
