/// Checks lyrics against the length of the audio and ``LyricsLimits``.
///
/// It never repairs, with one documented exception: a time at most ``LyricsLimits/endToleranceMs`` past the end of
/// the audio becomes the end of the audio. Everything else is a ``LyricsProblem``.
public struct LyricsValidator: Sendable {
    /// At most this many problems are reported; the first ones say enough.
    public static let problemsMax = 20

    private let durationMs: Int
    private let limits: LyricsLimits
    private let refusesMarkup: Bool

    /// - Parameters:
    ///   - durationMilliseconds: the length of the decoded audio.
    ///   - limits: the sizes that are accepted.
    ///   - refusesMarkup: whether text that looks like markup or an address is a problem. Use true for a model's
    /// output.
    public init(durationMilliseconds: Int, limits: LyricsLimits = LyricsLimits(), refusesMarkup: Bool = false) {
        self.durationMs = durationMilliseconds
        self.limits = limits
        self.refusesMarkup = refusesMarkup
    }

    /// The lyrics with times just past the end rounded to it, or the problems; never both.
    public func validate(_ lyrics: SyncedLyrics) -> Result<SyncedLyrics, LyricsProblems> {
        var rounded = lyrics
        for index in rounded.lines.indices { rounded.lines[index] = roundedToEnd(rounded.lines[index]) }
        let found = problems(in: rounded)
        return found.isEmpty ? .success(rounded) : .failure(LyricsProblems(problems: found))
    }

    /// Everything wrong with the lyrics as they are, at most ``problemsMax`` problems.
    public func problems(in lyrics: SyncedLyrics) -> [LyricsProblem] {
        var report = Report()
        checkLanguage(lyrics.language, &report)
        if lyrics.lines.isEmpty { report.add(.noLines, "lines", "expected at least one line") }
        if lyrics.lines.count > limits.linesMax {
            report.add(.tooManyLines, "lines", "\(lyrics.lines.count) lines, the limit is \(limits.linesMax)")
            return report.problems
        }
        let words = lyrics.lines.reduce(0) { $0 + $1.words.count }
        if words > limits.wordsMax {
            report.add(.tooManyWords, "lines", "\(words) words, the limit is \(limits.wordsMax)")
            return report.problems
        }
        var previousEnd = 0
        for (index, line) in lyrics.lines.enumerated() where !report.isFull {
            check(line, at: "lines[\(index)]", after: previousEnd, &report)
            previousEnd = max(previousEnd, line.endMs)
        }
        return report.problems
    }

    private func check(_ line: LyricsLine, at path: String, after previousEnd: Int, _ report: inout Report) {
        checkText(line.text, limit: limits.lineCharactersMax, path, &report)
        checkTimes(line.startMs, line.endMs, after: previousEnd, path, &report)
        if line.words.count > limits.wordsPerLineMax {
            report.add(.tooManyWords, path, "\(line.words.count) words, the limit is \(limits.wordsPerLineMax)")
            return
        }
        var wordEnd = 0
        for (index, word) in line.words.enumerated() where !report.isFull {
            let wordPath = "\(path).words[\(index)]"
            checkText(word.text, limit: limits.wordCharactersMax, wordPath, &report)
            if word.text.contains(where: \.isWhitespace) {
                report.add(.whiteSpaceInWord, wordPath, "expected one word")
            }
            checkTimes(word.startMs, word.endMs, after: wordEnd, wordPath, &report)
            if word.startMs < line.startMs || word.endMs > line.endMs {
                let detail = "\(word.startMs)–\(word.endMs) ms, its line is \(line.startMs)–\(line.endMs) ms"
                report.add(.wordOutsideLine, wordPath, detail)
            }
            wordEnd = max(wordEnd, word.endMs)
        }
    }

    private func checkTimes(_ start: Int, _ end: Int, after previousEnd: Int, _ path: String, _ report: inout Report) {
        if start < 0 { report.add(.negativeTime, path, "starts at \(start) ms") }
        if end <= start { report.add(.emptyInterval, path, "starts at \(start) ms and ends at \(end) ms") }
        if start >= 0, start < previousEnd {
            report.add(.notMonotonic, path, "starts at \(start) ms, the previous one ends at \(previousEnd) ms")
        }
        if end > durationMs { report.add(.pastTheEnd, path, "ends at \(end) ms, the audio at \(durationMs) ms") }
    }

    private func checkText(_ text: String, limit: Int, _ path: String, _ report: inout Report) {
        let scalarsMax = limit * limits.scalarsPerCharacterMax
        guard text.unicodeScalars.prefix(scalarsMax + 1).count <= scalarsMax, text.count <= limit else {
            return report.add(.textTooLong, path, "longer than \(limit) characters")
        }
        if text.isBlankToTheEye { report.add(.emptyText, path, "expected visible text") }
        if let scalar = text.unicodeScalars.first(where: LyricsCharacters.isForbidden) {
            report.add(.controlCharacter, path, "holds U+\(String(scalar.value, radix: 16, uppercase: true))")
        }
        if refusesMarkup, LyricsCharacters.looksLikeMarkup(text) {
            report.add(.markup, path, "looks like markup or an address, expected sung words")
        }
    }

    private func checkLanguage(_ language: String, _ report: inout Report) {
        guard !LanguageTag.isWellFormed(language) else { return }
        report.add(.badLanguage, "language", "expected a BCP 47 tag such as en or pt-BR")
    }

    private func roundedToEnd(_ line: LyricsLine) -> LyricsLine {
        var line = line
        line.endMs = roundedToEnd(line.endMs)
        for index in line.words.indices { line.words[index].endMs = roundedToEnd(line.words[index].endMs) }
        return line
    }

    private func roundedToEnd(_ time: Int) -> Int {
        time > durationMs && time - durationMs <= limits.endToleranceMs ? durationMs : time
    }
}

extension LyricsValidator {
    private struct Report {
        var problems: [LyricsProblem] = []
        var isFull: Bool { problems.count >= LyricsValidator.problemsMax }

        mutating func add(_ rule: LyricsProblem.Rule, _ path: String, _ detail: String) {
            guard !isFull else { return }
            problems.append(LyricsProblem(rule: rule, path: path, detail: detail))
        }
    }
}
