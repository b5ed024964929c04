/// A point in time as whole milliseconds since 1970-01-01T00:00:00Z, the resolution of every recorded time.
public struct Timestamp: RawRepresentable, Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    /// Milliseconds since the Unix epoch.
    public let rawValue: Int64

    /// Wraps milliseconds since the Unix epoch.
    public init(rawValue: Int64) { self.rawValue = rawValue }
    /// Wraps milliseconds since the Unix epoch.
    public init(milliseconds: Int64) { rawValue = milliseconds }
    /// Milliseconds since the Unix epoch.
    public var milliseconds: Int64 { rawValue }

    /// Later than anything that will ever be due.
    package static let never = Timestamp(milliseconds: .max)
    /// Earlier than anything that is due.
    package static let distantPast = Timestamp(milliseconds: 0)

    /// Whether the left time is earlier.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.rawValue < right.rawValue }

    /// The time `duration` later; stays at the ends of the representable range instead of overflowing.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = time.rawValue.addingReportingOverflow(duration.wholeMilliseconds)
        if overflow { return duration < .zero ? Timestamp(milliseconds: .min) : .never }
        return Timestamp(milliseconds: sum)
    }

    /// The time between two points.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.rawValue) - .milliseconds(right.rawValue)
    }

    /// ISO 8601 in UTC with milliseconds, as `2026-01-02T03:04:05.678Z`.
    public var description: String {
        let day = rawValue.flooredQuotient(by: 86_400_000)
        let millisecond = rawValue.flooredRemainder(by: 86_400_000)
        let date = CivilDate(daysSinceEpoch: day)
        let second = millisecond / 1000
        return "\(date.year.padded(4))-\(date.month.padded(2))-\(date.day.padded(2))"
            + "T\((second / 3600).padded(2)):\((second / 60 % 60).padded(2)):\((second % 60).padded(2))"
            + ".\((millisecond % 1000).padded(3))Z"
    }
}

extension Duration {
    /// Whole milliseconds, rounded up so that a timer never fires early; saturates at the range of `Int64`.
    ///
    /// Parts of a nanosecond do not count: events keep nanoseconds, and the value has to be the same before and after
    /// a duration was recorded (`Duration.seconds(0.1)` is 0.100000000000000005… s).
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let nanoseconds = attoseconds / 1_000_000_000
        let fraction = (nanoseconds + (nanoseconds > 0 ? 999_999 : 0)) / 1_000_000
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = product.addingReportingOverflow(fraction)
        if sumOverflow { return seconds < 0 ? .min : .max }
        return sum
    }

    /// Seconds as a floating-point number, for arithmetic with coefficients.
    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// A day of the proleptic Gregorian calendar, computed from the day number (Hinnant's `civil_from_days`).
private struct CivilDate {
    let year: Int64
    let month: Int64
    let day: Int64

    init(daysSinceEpoch: Int64) {
        let shifted = daysSinceEpoch + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}

extension Int64 {
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }

    fileprivate func flooredRemainder(by divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }

    fileprivate func padded(_ width: Int) -> String {
        let digits = String(magnitude)
        return (self < 0 ? "-" : "") + String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
