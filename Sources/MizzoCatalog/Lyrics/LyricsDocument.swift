/// Time-synchronised lyrics in the canonical form; milliseconds from the start of the track.
public struct LyricsDocument: Codable, Equatable, Sendable {
    /// A sung word.
    public struct Word: Codable, Equatable, Sendable {
        /// Milliseconds.
        public var startMs: Int
        /// Milliseconds.
        public var endMs: Int
        /// Plain text; escape it wherever it is shown.
        public var text: String

        /// A word with its times.
        public init(startMs: Int, endMs: Int, text: String) {
            self.startMs = startMs
            self.endMs = endMs
            self.text = text
        }
    }

    /// Where the times of a line come from.
    public enum Timing: String, Codable, Sendable, CaseIterable {
        /// A language model said so: a draft.
        case model
        /// Found in the audio by forced alignment.
        case aligner
        /// Computed from the length of the text: nobody has listened.
        case proportional
        /// A person set them.
        case edited
    }

    /// A line of the song.
    public struct Line: Codable, Equatable, Sendable {
        /// Milliseconds.
        public var startMs: Int
        /// Milliseconds.
        public var endMs: Int
        /// Plain text; escape it wherever it is shown.
        public var text: String
        /// Word by word, where known.
        public var words: [Word]?
        /// Where the times come from.
        public var timing: Timing?

        /// A line with its times.
        public init(startMs: Int, endMs: Int, text: String, words: [Word]? = nil, timing: Timing? = nil) {
            self.startMs = startMs
            self.endMs = endMs
            self.text = text
            self.words = words
            self.timing = timing
        }

        /// Whether the two say the same at the same times.
        public func isSung(like other: Line) -> Bool {
            startMs == other.startMs && endMs == other.endMs && text == other.text
                && (words ?? []) == (other.words ?? [])
        }
    }

    /// In the order of time.
    public var lines: [Line]
    /// BCP 47 tag, such as `en` or `pt-BR`; `nil` or `und` when unknown.
    public var language: String?

    /// A document of lines in the order of time.
    public init(lines: [Line], language: String? = nil) {
        self.lines = lines
        self.language = language
    }

    /// This document as edited from an earlier one: lines that are sung as before keep where their times came from, all
    /// others were ``Timing/edited``.
    public func edited(from earlier: LyricsDocument?) -> LyricsDocument {
        var result = self
        for index in result.lines.indices {
            let same = earlier?.lines.first { $0.isSung(like: result.lines[index]) }
            result.lines[index].timing = same?.timing ?? .edited
        }
        return result
    }
}
