import FoundationEssentials

/// The words of one track with their times: what a player highlights and what a reviewer corrects.
///
/// Times are whole milliseconds from the start of the audio. Values are not checked on creation: ``LyricsValidator``
/// says what is wrong with one, and every provider of this module validates before it returns.
public struct SyncedLyrics: Codable, Sendable, Equatable {
    /// BCP 47 language tag, for example `en` or `pt-BR`; `und` when unknown.
    public var language: String
    /// How the times were made, in data and in one sentence.
    public var source: LyricsSource
    /// The lines in the order they are sung.
    public var lines: [LyricsLine]

    /// Creates a value without checking it.
    public init(language: String, source: LyricsSource, lines: [LyricsLine]) {
        self.language = language
        self.source = source
        self.lines = lines
    }

    /// The canonical JSON: sorted keys, slashes not escaped, no white space.
    ///
    /// Equal values give equal bytes, so the bytes can be hashed and compared.
    public func canonicalJSON() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// Reads what ``canonicalJSON()`` wrote. Structure only: run ``LyricsValidator`` on data from elsewhere.
    public init(canonicalJSON data: Data) throws {
        self = try JSONDecoder().decode(SyncedLyrics.self, from: data)
    }
}
