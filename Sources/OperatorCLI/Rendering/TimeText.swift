import WorkflowCore

/// Points in time, spans and sizes for people.
package struct TimeText: Sendable {
    var mode: TimeMode
    var now: Timestamp

    init(mode: TimeMode = .relative, now: Timestamp) {
        self.mode = mode
        self.now = now
    }

    /// `3 min ago`, `in 5 s`, or ISO 8601 in UTC.
    func time(_ time: Timestamp) -> String {
        if time == .never { return "never" }
        guard mode == .relative else { return time.description }
        let distance = now - time
        if distance >= .seconds(1) { return "\(distance.forPeople) ago" }
        return distance <= .seconds(-1) ? "in \((time - now).forPeople)" : "now"
    }

    /// How long ago, or how long since a point in time, as words behind "since".
    func since(_ time: Timestamp) -> String {
        mode == .relative ? "for \(max(now - time, .zero).forPeople)" : "since \(time)"
    }
}

extension Duration {
    /// The two largest units: `350 ms`, `1.2 s`, `3 min 12 s`, `30 d`.
    package var forPeople: String {
        let milliseconds = wholeMilliseconds
        if milliseconds < 0 { return "-" + Duration.milliseconds(-milliseconds).forPeople }
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        let seconds = milliseconds / 1000
        if seconds < 60 {
            let tenths = milliseconds % 1000 / 100
            return tenths == 0 || seconds >= 10 ? "\(seconds) s" : "\(seconds).\(tenths) s"
        }
        if seconds < 3600 { return Self.pair(seconds / 60, "min", seconds % 60, "s") }
        if seconds < 86_400 { return Self.pair(seconds / 3600, "h", seconds % 3600 / 60, "min") }
        return Self.pair(seconds / 86_400, "d", seconds % 86_400 / 3600, "h")
    }

    private static func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large) \(largeUnit)" : "\(large) \(largeUnit) \(small) \(smallUnit)"
    }
}

extension Int {
    /// A number of bytes with a binary unit (IEC 80000-13): `512 B`, `1.5 KiB`.
    package var bytesForPeople: String {
        var value = Double(self)
        guard value >= 1024 else { return "\(self) B" }
        var unit = "B"
        for next in ["KiB", "MiB", "GiB"] where value >= 1024 {
            value /= 1024
            unit = next
        }
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 || tenths >= 100
            ? "\(Int(value.rounded())) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}

extension Payload {
    /// The value in one line: JSON without white space, else its encoding and size.
    var oneLine: String {
        guard encoding == Payload.json else { return "<\(encoding), \(data.count.bytesForPeople)>" }
        return (try? JSONValue(parsing: data).text) ?? text
    }
}
