import FoundationEssentials

/// HTTP's preferred date form (RFC 9110 section 5.6.7): `Fri, 02 Jan 2026 03:04:05 GMT`.
enum HTTPDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func text(_ date: Date) -> String {
        let digits = SigV4Date.text(date)
        func part(_ offset: Int, _ count: Int) -> Substring { digits.dropFirst(offset).prefix(count) }
        let day = Int((date.timeIntervalSince1970 / 86_400).rounded(.down))
        let weekday = weekdays[((day % 7) + 7) % 7]
        let month = months[((Int(part(4, 2)) ?? 1) + 11) % 12]
        return "\(weekday), \(part(6, 2)) \(month) \(part(0, 4)) \(part(9, 2)):\(part(11, 2)):\(part(13, 2)) GMT"
    }

    /// Reads that form; `nil` for anything else.
    static func parse(_ text: String) -> Date? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return SigV4Date.parse("\(parts[3])\(number)\(parts[1])T\(parts[4].filter { $0 != ":" })Z")
    }
}
