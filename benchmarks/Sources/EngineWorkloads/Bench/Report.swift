import Foundation

/// The table for people, one row at a time.
struct Report {
    private static let widths = (subject: 47, goal: 14, value: 23, floor: 11, ratio: 18)

    static var header: String {
        line(subject: "what", goal: "goal", value: "value (min…max)", floor: "floor", ratio: "ratio (min…max)")
            + "verdict"
    }

    static func text(_ row: ReportRow) -> String {
        let value = "\(spread(row.value)) \(row.unit)"
        var text =
            line(
                subject: row.subject,
                goal: row.goal.map { goal($0, row.unit) } ?? "–",
                value: value,
                floor: row.floor.map { number($0.median) } ?? "–",
                ratio: row.ratio.map(spread) ?? "–"
            ) + verdict(row)
        if !row.details.isEmpty { text += "\n    " + details(row.details) }
        if row.isMet == false { text += "\n    bounded by: \(row.bound)\n    tried: \(row.tried)" }
        return text
    }

    private static func verdict(_ row: ReportRow) -> String {
        switch row.isMet {
        case nil: "–"
        case true?: "met"
        case false?: "not met"
        }
    }

    private static func details(_ details: [String: Double]) -> String {
        details.sorted { $0.key < $1.key }.map { "\($0.key) \(number($0.value))" }.joined(separator: ", ")
    }

    private static func goal(_ goal: Goal, _ unit: String) -> String {
        switch goal {
        case .atMost(let limit): "≤ \(number(limit)) \(unit)"
        case .atLeast(let limit): "≥ \(number(limit)) \(unit)"
        case .ratioAtMost(let limit): "≤ \(number(limit)) × floor"
        case .ratioAtLeast(let limit): "≥ \(number(limit)) × floor"
        }
    }

    private static func spread(_ spread: Spread) -> String {
        let median = number(spread.median)
        guard spread.low < spread.high else { return median }
        return "\(median) (\(number(spread.low))…\(number(spread.high)))"
    }

    /// Three significant digits; whole numbers from 100 on.
    static func number(_ value: Double) -> String {
        let magnitude = abs(value)
        if magnitude >= 100 || value.rounded() == value { return String(format: "%.0f", value) }
        return String(format: magnitude >= 10 ? "%.1f" : magnitude >= 0.095 ? "%.2f" : "%.4f", value)
    }

    private static func line(
        subject: String,
        goal: String,
        value: String,
        floor: String,
        ratio: String
    ) -> String {
        padded(subject, widths.subject) + padded(goal, widths.goal) + padded(value, widths.value)
            + padded(floor, widths.floor) + padded(ratio, widths.ratio)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
