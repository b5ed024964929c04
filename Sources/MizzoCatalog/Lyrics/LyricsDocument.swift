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

        /// A line with its times.
        public init(startMs: Int, endMs: Int, text: String, words: [Word]? = nil) {
            self.startMs = startMs
            self.endMs = endMs
            self.text = text
            self.words = words
        }
    }

    /// In the order of time.
    public var lines: [Line]

    /// A document of lines in the order of time.
    public init(lines: [Line]) { self.lines = lines }

    /// The `.lrc` form: `[mm:ss.xx]text` per line.
    public var lrc: String {
        lines.map { "[\(Self.clock($0.startMs, hundredths: true))]\(Self.flat($0.text))\n" }.joined()
    }

    /// The WebVTT form (W3C WebVTT): one cue per line, text escaped.
    public var webVTT: String {
        let cues = lines.enumerated().map { index, line in
            let times = "\(Self.hours(line.startMs)) --> \(Self.hours(max(line.endMs, line.startMs + 1)))"
            return "\n\(index + 1)\n\(times)\n\(Self.escaped(Self.flat(line.text)))\n"
        }
        return "WEBVTT\n" + cues.joined()
    }

    private static func clock(_ ms: Int, hundredths: Bool) -> String {
        let fraction = hundredths ? padded(ms % 1000 / 10, 2) : padded(ms % 1000, 3)
        return "\(padded(ms / 60_000, 2)):\(padded(ms / 1000 % 60, 2)).\(fraction)"
    }

    private static func hours(_ ms: Int) -> String {
        "\(padded(ms / 3_600_000, 2)):\(clock(ms % 3_600_000, hundredths: false))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func flat(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
    }
}
