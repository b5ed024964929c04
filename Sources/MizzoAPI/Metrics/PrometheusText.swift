/// The text format that Prometheus scrapes, version 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    mutating func add(_ metrics: RequestMetrics) {
        let (series, inFlight, streams) = metrics.snapshot
        head("mizzo_http_request_seconds", "histogram", "Time until the head of the answer was ready.")
        for (key, histogram) in series.sorted(by: { Self.order($0.key, $1.key) }) { add(key, histogram) }
        head("mizzo_http_requests_in_flight", "gauge", "Requests being answered now.")
        line("mizzo_http_requests_in_flight", [:], "\(inFlight)")
        head("mizzo_http_event_streams", "gauge", "Clients that listen for notifications now.")
        line("mizzo_http_event_streams", [:], "\(streams)")
    }

    mutating func add(_ samples: [MetricSample]) {
        var names: Set<String> = []
        for sample in samples.sorted(by: { $0.name < $1.name }) {
            if names.insert(sample.name).inserted { head(sample.name, "gauge", sample.help) }
            line(sample.name, sample.labels, Self.number(sample.value))
        }
    }

    private mutating func add(_ key: RequestMetrics.Series, _ histogram: RequestMetrics.Histogram) {
        let name = "mizzo_http_request_seconds"
        let labels = ["method": key.method, "route": key.route, "status": "\(key.status)"]
        var total: UInt64 = 0
        for (index, count) in histogram.counts.enumerated() {
            total += count
            let bound = index < RequestMetrics.bounds.count ? Self.number(RequestMetrics.bounds[index]) : "+Inf"
            line(name + "_bucket", labels.merging(["le": bound]) { $1 }, "\(total)")
        }
        line(name + "_sum", labels, "\(histogram.sum)")
        line(name + "_count", labels, "\(total)")
    }

    private mutating func head(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(Self.escaped(help))\n# TYPE \(name) \(type)\n"
    }

    private mutating func line(_ name: String, _ labels: [String: String], _ value: String) {
        let pairs = labels.sorted { $0.key < $1.key }.map { "\($0)=\"\(Self.escaped($1))\"" }
        text += name + (pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}") + " \(value)\n"
    }

    private static func order(_ left: RequestMetrics.Series, _ right: RequestMetrics.Series) -> Bool {
        (left.route, left.method, left.status) < (right.route, right.method, right.status)
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
