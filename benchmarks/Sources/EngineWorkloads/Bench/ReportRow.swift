/// One row of the report: what was measured, next to its floor and its goal.
public struct ReportRow: Codable, Sendable {
    /// Stable name, for machines.
    public var name: String
    /// What was measured, for people.
    public var subject: String
    /// Unit of value and floor.
    public var unit: String
    /// The engine's value over the rounds.
    public var value: Spread
    /// What plain C (or plain ffmpeg) reached in the same run.
    public var floor: Spread?
    /// Value divided by floor, pair by pair.
    public var ratio: Spread?
    /// What is wanted; a row without a goal informs.
    public var goal: Goal?
    /// What bounds the value, said when the goal is not met.
    public var bound: String
    /// What was tried to move that bound, said with it. At more length in `docs/performance.md`.
    public var tried: String
    /// Further figures by name, with their unit in the name.
    public var details: [String: Double]

    /// Builds a row. The ratio follows from pairs of values and floors measured one after the other.
    public init(
        _ name: String,
        _ subject: String,
        unit: String,
        values: [Double],
        floors: [Double] = [],
        goal: Goal? = nil,
        bound: String = "",
        tried: String = "",
        details: [String: Double] = [:]
    ) {
        self.name = name
        self.subject = subject
        self.unit = unit
        value = Spread(values)
        floor = floors.isEmpty ? nil : Spread(floors)
        ratio = floors.isEmpty ? nil : Spread(zip(values, floors).map { $0 / $1 })
        self.goal = goal
        self.bound = bound
        self.tried = tried
        self.details = details
    }

    /// Whether the goal is met; `nil` without a goal.
    public var isMet: Bool? {
        guard let goal else { return nil }
        switch goal {
        case .atMost(let limit): return value.median <= limit
        case .atLeast(let limit): return value.median >= limit
        case .ratioAtMost(let limit): return ratio.map { $0.median <= limit }
        case .ratioAtLeast(let limit): return ratio.map { $0.median >= limit }
        }
    }
}

/// What is wanted of a value, or of its ratio to the floor.
public enum Goal: Codable, Sendable {
    /// The value is at most this.
    case atMost(Double)
    /// The value is at least this.
    case atLeast(Double)
    /// The value is at most this many times the floor.
    case ratioAtMost(Double)
    /// The value is at least this many times the floor.
    case ratioAtLeast(Double)
}

/// Median and extremes of the rounds.
public struct Spread: Codable, Sendable {
    /// The middle value, or the mean of the two in the middle.
    public var median: Double
    /// The lowest value.
    public var low: Double
    /// The highest value.
    public var high: Double

    /// The spread of at least one value; of none, all are zero.
    public init(_ values: [Double]) {
        let sorted = values.sorted()
        median = sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        low = sorted.first ?? 0
        high = sorted.last ?? 0
    }
}

extension [Double] {
    /// The value below which a share of all values lies (nearest rank).
    func percentile(_ share: Double) -> Double {
        guard !isEmpty else { return 0 }
        let rank = Int((share * Double(count)).rounded(.up)) - 1
        return sorted()[Swift.min(Swift.max(rank, 0), count - 1)]
    }
}
