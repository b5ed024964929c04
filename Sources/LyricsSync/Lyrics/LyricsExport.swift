extension SyncedLyrics {
    /// LRC (`[mm:ss.xx]text`), read by most players; hundredths are rounded down. Lines start with `\n` as terminator.
    ///
    /// - Parameter wordStamps: adds the `<mm:ss.xx>word` stamps of enhanced LRC where a line has words.
    public func lrc(wordStamps: Bool = false) -> String {
        var text = language == "und" ? "" : "[la:\(language)]\n"
        for line in lines {
            let stamped = line.words.map { "<\(Self.lrcStamp($0.startMs))>\(Self.lrcText($0.text))" }
            let body = wordStamps && !stamped.isEmpty ? stamped.joined(separator: " ") : Self.lrcText(line.text)
            text += "[\(Self.lrcStamp(line.startMs))]\(body)\n"
        }
        return text
    }

    /// WebVTT (W3C): one cue per line, with `<00:00:01.600>` word stamps; `&`, `<` and `>` are escaped.
    public func webVTT() -> String {
        var text = "WEBVTT\n"
        for (index, line) in lines.enumerated() {
            let stamps = "\(Self.vttStamp(line.startMs)) --> \(Self.vttStamp(line.endMs))"
            text += "\n\(index + 1)\n\(stamps)\n\(Self.vttBody(line))\n"
        }
        return text
    }

    private static func vttBody(_ line: LyricsLine) -> String {
        guard !line.words.isEmpty else { return vttText(line.text) }
        // A stamp equal to the cue's start is not allowed, so only words after the start carry one.
        return line.words.map { word in
            let stamp = word.startMs > line.startMs && word.startMs < line.endMs ? "<\(vttStamp(word.startMs))>" : ""
            return stamp + vttText(word.text)
        }.joined(separator: " ")
    }

    private static func lrcStamp(_ milliseconds: Int) -> String {
        let minutes = milliseconds / 60_000
        return "\(padded(minutes, 2)):\(padded(milliseconds / 1_000 % 60, 2)).\(padded(milliseconds / 10 % 100, 2))"
    }

    private static func vttStamp(_ milliseconds: Int) -> String {
        let (hours, minutes) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60)
        let seconds = "\(padded(milliseconds / 1_000 % 60, 2)).\(padded(milliseconds % 1_000, 3))"
        return "\(padded(hours, 2)):\(padded(minutes, 2)):\(seconds)"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// LRC has no escape: brackets that would read as stamps become look-alikes in round form.
    private static func lrcText(_ text: String) -> String {
        String(text.map { lrcReplacements[$0] ?? $0 })
    }

    private static let lrcReplacements: [Character: Character] = ["[": "(", "]": ")", "<": "‹", ">": "›"]

    private static func vttText(_ text: String) -> String {
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
