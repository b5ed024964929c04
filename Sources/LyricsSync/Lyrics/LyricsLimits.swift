/// Sizes beyond which lyrics are refused. They bound storage and rendering, not art: the longest commercial songs have
/// about 400 lines and 10,000 words.
public struct LyricsLimits: Sendable, Equatable {
    /// Lines in all.
    public var linesMax = 1_000
    /// Words in all.
    public var wordsMax = 12_000
    /// Words in one line.
    public var wordsPerLineMax = 120
    /// Characters (grapheme clusters) in one line.
    public var lineCharactersMax = 500
    /// Characters in one word.
    public var wordCharactersMax = 120
    /// Unicode scalars allowed per character on average: stops stacked combining marks.
    public var scalarsPerCharacterMax = 8
    /// How far past the end of the audio a time may be and still be rounded to the end. Decoders and containers
    /// disagree about a track's length by one or two MP3 frames (26 ms each).
    public var endToleranceMs = 50

    /// The default limits.
    public init() {}
}
