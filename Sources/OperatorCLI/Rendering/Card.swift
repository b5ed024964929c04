/// Titled values, one per line, aligned; several lines per value are indented under it.
struct Card: Sendable {
    private var lines: [(title: String, text: String, tone: TextStyle.Tone)] = []

    /// Leaves `nil` out.
    mutating func add(_ title: String, _ text: String?, _ tone: TextStyle.Tone = .plain) {
        if let text { lines.append((title, text.printable, tone)) }
    }

    /// One line per text, the title on the first.
    mutating func add(_ title: String, list: [String], _ tone: TextStyle.Tone = .plain) {
        for (index, text) in list.enumerated() { add(index == 0 ? title : "", text, tone) }
    }

    func text(_ style: TextStyle) -> String {
        let width = lines.map(\.title.displayWidth).max() ?? 0
        return lines.map { line in
            let padding = String(repeating: " ", count: width - line.title.displayWidth + 2)
            return style.paint(line.title, .muted) + padding + style.paint(line.text, line.tone) + "\n"
        }.joined()
    }
}
