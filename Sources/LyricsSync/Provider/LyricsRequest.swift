/// One track whose lyrics are to be timed. All texts are data from users: providers never treat them as instructions.
public struct LyricsRequest: Sendable, Equatable {
    /// The track's title.
    public var title: String
    /// The artist's name.
    public var artist: String
    /// The language the artist stated: a BCP 47 tag or an English name such as `english`.
    public var language: String?
    /// The lyrics the artist wrote, one sung line per line.
    public var artistLyrics: String?
    /// The length of the decoded audio, milliseconds.
    public var durationMilliseconds: Int
    /// Where the audio is.
    public var audio: LyricsAudio
    /// Which attempt of the caller this is, from 1.
    public var attempt: Int

    /// Creates a request.
    public init(
        title: String,
        artist: String,
        language: String? = nil,
        artistLyrics: String? = nil,
        durationMilliseconds: Int,
        audio: LyricsAudio,
        attempt: Int = 1
    ) {
        self.title = title
        self.artist = artist
        self.language = language
        self.artistLyrics = artistLyrics
        self.durationMilliseconds = durationMilliseconds
        self.audio = audio
        self.attempt = attempt
    }
}
