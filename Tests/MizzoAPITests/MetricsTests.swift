import Foundation
import HTTPTypes
import HummingbirdCore
import HummingbirdTesting
import Logging
import Testing

@testable import MizzoAPI
@testable import MizzoCatalog

private struct Unavailable: Error {}

@Suite("Metrics")
struct MetricsTests {
    private func scrape(
        _ platform: Platform,
        _ samples: @escaping @Sendable () async throws -> [MetricSample]
    ) async throws -> String {
        let application = buildMetricsApplication(
            address: .hostname("127.0.0.1", port: 0),
            metrics: platform.dependencies.metrics,
            samples: samples,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        return try await application.test(.router) { client in
            let response = try await client.executeRequest(uri: "/metrics", method: .get, headers: [:], body: nil)
            #expect(response.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
            return response.text
        }
    }

    @Test("requests are counted by route pattern and status, never by path, and unknown methods share a name")
    func requests() async throws {
        let platform = try Platform()
        let id = try platform.track(at: .published)
        try await platform.run { api in
            for _ in 0..<3 { _ = try await api.get("/track/\(id)") }
            _ = try await api.get("/track/none-such-1")
            _ = try await api.get("/nothing/here")
            _ = try await api.send(try #require(HTTPRequest.Method("BREW")), "/healthz")
            try expectProblem(try await api.get("/metrics"), .notFound, "route-not-found")
        }
        let text = try await scrape(platform) { [] }
        let name = "mizzo_http_request_seconds"
        #expect(text.contains("\(name)_count{method=\"GET\",route=\"/track/{id}\",status=\"200\"} 3\n"))
        #expect(text.contains("\(name)_count{method=\"GET\",route=\"/track/{id}\",status=\"404\"} 1\n"))
        #expect(text.contains("\(name)_count{method=\"GET\",route=\"unmatched\",status=\"404\"} 2\n"))
        #expect(text.contains("\(name)_count{method=\"other\",route=\"unmatched\",status=\"405\"} 1\n"))
        #expect(text.contains("le=\"+Inf\",method=\"GET\",route=\"/track/{id}\",status=\"200\"} 3\n"))
        #expect(text.contains("mizzo_http_requests_in_flight 0\n"))
        #expect(!text.contains(id.rawValue) && !text.contains("BREW"))
    }

    @Test("samples are grouped under one heading and escaped; when they fail the rest is still there")
    func samples() async throws {
        let platform = try Platform()
        let text = try await scrape(platform) {
            [
                MetricSample("mizzo_runs", help: "Runs.", labels: ["status": "open"], value: 2),
                MetricSample("mizzo_queue", help: "Messages.", labels: ["q": "a\"b\\c\n"], value: 0.5),
                MetricSample("mizzo_runs", help: "Runs.", labels: ["status": "failed"], value: 1),
            ]
        }
        #expect(text.contains("# TYPE mizzo_queue gauge\nmizzo_queue{q=\"a\\\"b\\\\c\\n\"} 0.5\n"))
        #expect(text.contains("mizzo_runs{status=\"open\"} 2\nmizzo_runs{status=\"failed\"} 1\n"))
        #expect(text.components(separatedBy: "# TYPE mizzo_runs").count == 2)
        let partial = try await scrape(platform) { throw Unavailable() }
        #expect(partial.contains("mizzo_http_event_streams 0\n"))
    }
}
