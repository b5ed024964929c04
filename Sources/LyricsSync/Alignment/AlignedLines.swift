/// Turns heard tokens into displayed lines: words that were not heard get times between their neighbours.
struct AlignedLines {
    /// A sung word may be held, but beyond this it has swallowed an intro or a break.
    static let wordMsMax = 4_000
    /// Shortest time given to a word.
    static let wordMsMin = 40

    let lyrics: ArtistLyrics
    let script: AlignmentScript
    let bounds: SoundBounds

    private struct Slot {
        let line: Int
        let text: String
        var startMs = 0
        var endMs = 0
        var isHeard = false
        var weight: Int { max(1, text.count) }
    }

    func lines(from heard: [HeardToken]) -> [LyricsLine] {
        var slots = lyrics.lines.enumerated().flatMap { line, content in
            content.words.map { Slot(line: line, text: $0) }
        }
        place(heard, in: &slots)
        trimSwallowedPauses(&slots)
        fillGaps(&slots)
        return assemble(slots)
    }

    private func place(_ heard: [HeardToken], in slots: inout [Slot]) {
        var firstSlots: [Int] = []
        var count = 0
        for line in lyrics.lines {
            firstSlots.append(count)
            count += line.words.count
        }
        for token in heard {
            let target = script.tokens[token.token]
            let index = firstSlots[target.line] + target.word
            slots[index].startMs = slots[index].isHeard ? slots[index].startMs : token.startMs
            slots[index].endMs = token.endMs
            slots[index].isHeard = true
        }
    }

    /// The first word of a line keeps its end (it swallowed the music before it), any other word its start.
    private func trimSwallowedPauses(_ slots: inout [Slot]) {
        for index in slots.indices where slots[index].isHeard {
            let slot = slots[index]
            guard slot.endMs - slot.startMs > Self.wordMsMax else { continue }
            let likely = 200 + 80 * slot.weight
            let isFirst = index == 0 || slots[index - 1].line != slot.line
            if isFirst {
                slots[index].startMs = slot.endMs - likely
            } else {
                slots[index].endMs = slot.startMs + likely
            }
        }
    }

    private func fillGaps(_ slots: inout [Slot]) {
        var index = 0
        while index < slots.count {
            guard !slots[index].isHeard else {
                index += 1
                continue
            }
            let end = slots[index...].firstIndex { $0.isHeard } ?? slots.count
            fill(index..<end, &slots)
            index = end
        }
    }

    /// Spreads unheard words over the pause they are in; where there is none, a heard neighbour shares its time,
    /// because that neighbour was given the sound of the missing words.
    private func fill(_ gap: Range<Int>, _ slots: inout [Slot]) {
        var shared = gap
        var start = gap.lowerBound == 0 ? bounds.startMs : slots[gap.lowerBound - 1].endMs
        var end = gap.upperBound == slots.count ? max(bounds.endMs, start) : slots[gap.upperBound].startMs
        if end - start < Self.wordMsMin * gap.count, gap.lowerBound > 0 {
            shared = (gap.lowerBound - 1)..<gap.upperBound
            start = slots[gap.lowerBound - 1].startMs
        } else if end - start < Self.wordMsMin * gap.count, gap.upperBound < slots.count {
            shared = gap.lowerBound..<(gap.upperBound + 1)
            end = slots[gap.upperBound].endMs
            start = min(start, slots[gap.upperBound].startMs)
        }
        let edges = ProportionalTiming.edges(of: slots[shared].map(\.weight), from: start, to: end)
        for (offset, index) in shared.enumerated() {
            (slots[index].startMs, slots[index].endMs) = (edges[offset], edges[offset + 1])
        }
    }

    private func assemble(_ slots: [Slot]) -> [LyricsLine] {
        var words: [Int: [Slot]] = [:]
        for slot in slots { words[slot.line, default: []].append(slot) }
        return lyrics.lines.enumerated().compactMap { index, line in
            guard let sung = words[index], let first = sung.first, let last = sung.last else { return nil }
            let heard = sung.count { $0.isHeard }
            return LyricsLine(
                startMs: first.startMs,
                endMs: last.endMs,
                text: line.text,
                timing: heard * 2 > sung.count ? .aligned : .estimated,
                words: sung.map { LyricsWord(startMs: $0.startMs, endMs: $0.endMs, text: $0.text) }
            )
        }
    }
}
