import FoundationEssentials

/// HTTP's dates (RFC 9110, section 5.6.7), to whole seconds.
enum HTTPTime {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The preferred form: `Wed, 21 Oct 2015 07:28:00 GMT`.
    static func text(_ date: Date) -> String {
        let seconds = Int(date.timeIntervalSince1970.rounded(.down))
        let days = (seconds - seconds % 86_400) / 86_400
        let rest = seconds % 86_400
        let civil = civil(days)
        let clock = [rest / 3600, rest / 60 % 60, rest % 60].map(padded).joined(separator: ":")
        let weekday = weekdays[((days + 4) % 7 + 7) % 7]
        return "\(weekday), \(padded(civil.day)) \(months[civil.month - 1]) \(civil.year) \(clock) GMT"
    }

    /// A date in any of the three forms that have to be understood, or `nil`; then the condition it stands in counts as
    /// absent. The weekday is not checked, and a year of two digits is read as 1970 to 2069.
    static func date(_ text: String) -> Date? {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "-" }).map(String.init)
        let isClassic = words.count == 5 && !words[0].hasSuffix(",")
        guard isClassic || words.count == 6 && words[0].hasSuffix(",") && words[5] == "GMT" else { return nil }
        // Sun Nov  6 08:49:37 1994, or Sun, 06 Nov 1994 08:49:37 GMT, or Sunday, 06-Nov-94 08:49:37 GMT
        let (day, month, year, time) =
            isClassic ? (words[2], words[1], words[4], words[3]) : (words[1], words[2], words[3], words[4])
        guard let day = number(day, 1...31), let index = months.firstIndex(of: month),
            let year = self.year(year), let seconds = self.time(time), civil(days(year, index + 1, day)).day == day
        else { return nil }
        return Date(timeIntervalSince1970: Double(days(year, index + 1, day) * 86_400 + seconds))
    }

    private static func year(_ text: String) -> Int? {
        switch text.utf8.count {
        case 4: number(text, 1970...9999)
        case 2: number(text, 0...99).map { $0 < 70 ? 2000 + $0 : 1900 + $0 }
        default: nil
        }
    }

    private static func time(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ $0.utf8.count == 2 }), let hours = number(String(parts[0]), 0...23),
            let minutes = number(String(parts[1]), 0...59), let seconds = number(String(parts[2]), 0...60)
        else { return nil }
        return hours * 3600 + minutes * 60 + seconds
    }

    private static func number(_ text: String, _ range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text) else { return nil }
        return range.contains(value) ? value : nil
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Days since 1970 of a date of the Gregorian calendar, counted in years that begin in March.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
    }
}
