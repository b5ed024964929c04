import LyricsSync
import MizzoCatalog

extension SyncedLyrics {
    /// Stored lyrics in the form that knows text formats and rules.
    init(_ document: LyricsDocument, provider: String? = nil) {
        self.init(
            language: document.language ?? "und",
            source: LyricsSource(provider: .none, explanation: provider ?? ""),
            lines: document.lines.map(LyricsLine.init)
        )
    }
}

extension LyricsLine {
    fileprivate init(_ line: LyricsDocument.Line) {
        self.init(
            startMs: line.startMs,
            endMs: line.endMs,
            text: line.text,
            timing: line.timing.flatMap { Timing(rawValue: $0.rawValue) } ?? .edited,
            words: (line.words ?? []).map { LyricsWord(startMs: $0.startMs, endMs: $0.endMs, text: $0.text) }
        )
    }
}
