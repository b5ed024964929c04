import Synchronization

/// Counts requests and how long they took, by route and status. Routes are patterns, so their number is bounded.
public final class RequestMetrics: Sendable {
    /// Upper bounds in seconds.
    static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    struct Series: Hashable, Sendable {
        let method: String
        let route: String
        let status: Int
    }

    struct Histogram: Sendable {
        /// One for each bound and one for what is beyond.
        var counts = Array(repeating: UInt64(0), count: RequestMetrics.bounds.count + 1)
        var sum = 0.0

        mutating func add(_ seconds: Double) {
            counts[RequestMetrics.bounds.firstIndex { seconds <= $0 } ?? counts.count - 1] += 1
            sum += seconds
        }
    }

    private struct State {
        var series: [Series: Histogram] = [:]
        var inFlight = 0
        var streams = 0
    }

    private let state = Mutex(State())

    /// Nothing counted yet.
    public init() {}

    func began() { state.withLock { $0.inFlight += 1 } }

    /// - Parameter seconds: until the head of the answer was ready; streamed bodies are not part of it.
    func ended(_ series: Series, seconds: Double) {
        state.withLock { state in
            state.inFlight -= 1
            state.series[series, default: Histogram()].add(seconds)
        }
    }

    func streams(changeBy change: Int) { state.withLock { $0.streams += change } }

    var snapshot: (series: [Series: Histogram], inFlight: Int, streams: Int) {
        state.withLock { ($0.series, $0.inFlight, $0.streams) }
    }
}

/// A measured value that the API does not count itself, such as runs by status.
public struct MetricSample: Equatable, Sendable {
    /// By Prometheus' conventions, such as `mizzo_runs`.
    public let name: String
    /// One line on what it is.
    public let help: String
    /// Names and values.
    public let labels: [String: String]
    /// The value now.
    public let value: Double

    /// A gauge.
    public init(_ name: String, help: String, labels: [String: String] = [:], value: Double) {
        self.name = name
        self.help = help
        self.labels = labels
        self.value = value
    }
}
