/// One precise thing that is wrong with lyrics, found by ``LyricsValidator``.
public struct LyricsProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The rule that is broken. Raw values are stable.
    public enum Rule: String, Sendable, CaseIterable {
        /// There are no lines.
        case noLines = "no-lines"
        /// More lines than ``LyricsLimits/linesMax``.
        case tooManyLines = "too-many-lines"
        /// More words in a line, or in all, than allowed.
        case tooManyWords = "too-many-words"
        /// A text is empty or only white space.
        case emptyText = "empty-text"
        /// A text is longer than allowed.
        case textTooLong = "text-too-long"
        /// A text holds a control, line-breaking or bidirectional-override character.
        case controlCharacter = "control-character"
        /// A word holds white space.
        case whiteSpaceInWord = "white-space-in-word"
        /// A text looks like markup or an address; only checked for text written by a model.
        case markup = "markup"
        /// A time is negative.
        case negativeTime = "negative-time"
        /// A line or word ends before, or when, it starts.
        case emptyInterval = "empty-interval"
        /// A line or word starts before the previous one started, or before the previous one ended.
        case notMonotonic = "not-monotonic"
        /// A time is after the end of the audio.
        case pastTheEnd = "past-the-end"
        /// A word is outside its line.
        case wordOutsideLine = "word-outside-line"
        /// The language is not a BCP 47 shaped tag.
        case badLanguage = "bad-language"
    }

    /// The rule that is broken.
    public let rule: Rule
    /// Where: `language`, `lines`, `lines[3]`, `lines[3].words[0]`.
    public let path: String
    /// Expected against actual. Never holds the text itself.
    public let detail: String

    /// For example `lines[3]: not-monotonic: starts at 1200 ms, the previous line ends at 1500 ms`.
    public var description: String { "\(path): \(rule.rawValue): \(detail)" }
}
