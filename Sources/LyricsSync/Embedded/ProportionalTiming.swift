/// Spreads lyrics over a stretch of audio in proportion to their length in characters: the last resort.
///
/// Measured on speech: 0 to 0.8 s off when the stretch is known, up to 2 s otherwise.
enum ProportionalTiming {
    /// Lines without gaps between them; nil when the stretch is too short to give every word a millisecond.
    static func lines(_ lyrics: ArtistLyrics, over bounds: SoundBounds) -> [LyricsLine]? {
        let edges = edges(of: lyrics.lines.map(\.weight), from: bounds.startMs, to: bounds.endMs)
        var result: [LyricsLine] = []
        for (index, line) in lyrics.lines.enumerated() {
            let (start, end) = (edges[index], edges[index + 1])
            guard let words = words(line.words, from: start, to: end) else { return nil }
            result.append(LyricsLine(startMs: start, endMs: end, text: line.text, timing: .estimated, words: words))
        }
        return result
    }

    private static func words(_ words: [String], from start: Int, to end: Int) -> [LyricsWord]? {
        guard end - start >= words.count else { return nil }
        let edges = edges(of: words.map(\.count), from: start, to: end)
        let timed = words.indices.map { LyricsWord(startMs: edges[$0], endMs: edges[$0 + 1], text: words[$0]) }
        return timed.allSatisfy { $0.endMs > $0.startMs } ? timed : nil
    }

    /// Boundaries that divide a stretch in proportion to weights; one more than there are weights.
    static func edges(of weights: [Int], from start: Int, to end: Int) -> [Int] {
        let total = max(1, weights.reduce(0, +))
        var sum = 0
        return [start]
            + weights.map { weight in
                sum += weight
                return start + (end - start) * sum / total
            }
    }
}
