/// A table of text that fits its terminal, or is complete in a pipe.
package struct TextTable: Sendable {
    package struct Column: Sendable {
        package var title: String
        package var isRight: Bool
        /// Whether a narrow terminal may cut it; ids and numbers are never cut.
        package var isFlexible: Bool

        package init(_ title: String, isRight: Bool = false, isFlexible: Bool = false) {
            self.title = title
            self.isRight = isRight
            self.isFlexible = isFlexible
        }
    }

    package struct Cell: Sendable {
        package var text: String
        package var tone: TextStyle.Tone

        /// Controls in `text` are spelled out.
        package init(_ text: String, _ tone: TextStyle.Tone = .plain) {
            self.text = text.printable
            self.tone = tone
        }
    }

    package var columns: [Column]
    package var rows: [[Cell]] = []

    /// A flexible column keeps at least this width.
    private static let minimumWidth = 20
    private static let gap = "  "

    package init(_ columns: [Column]) { self.columns = columns }

    package mutating func add(_ cells: Cell...) { rows.append(cells) }

    /// The lines, each ended by a line break; the header only when `hasHeader`.
    package func text(_ style: TextStyle, hasHeader: Bool = true) -> String {
        let widths = widths(style)
        var text = ""
        if hasHeader { text += line(columns.map { Cell($0.title, .strong) }, widths, style) }
        for row in rows { text += line(row, widths, style) }
        return text
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ style: TextStyle) -> String {
        var line = ""
        let last = cells.lastIndex { !$0.text.isEmpty } ?? 0
        for (index, cell) in cells.enumerated().prefix(last + 1) {
            if index > 0 { line += Self.gap }
            let text = style.cut(cell.text, to: widths[index])
            let padding = String(repeating: " ", count: max(0, widths[index] - text.displayWidth))
            let painted = style.paint(text, cell.tone)
            if columns[index].isRight {
                line += padding + painted
            } else {
                line += index == last ? painted : painted + padding
            }
        }
        return line + "\n"
    }

    private func widths(_ style: TextStyle) -> [Int] {
        var widths = columns.map(\.title.displayWidth)
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.text.displayWidth) }
        }
        guard let limit = style.width else { return widths }
        var excess = widths.reduce(0, +) + Self.gap.count * (widths.count - 1) - limit
        while excess > 0, let column = cuttable(widths) {
            widths[column] -= 1
            excess -= 1
        }
        return widths
    }

    /// The last flexible column that is not at its minimum yet: what matters most stands first.
    private func cuttable(_ widths: [Int]) -> Int? {
        widths.indices.last { columns[$0].isFlexible && widths[$0] > Self.minimumWidth }
    }
}
