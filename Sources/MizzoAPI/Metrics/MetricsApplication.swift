import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Serves `GET /metrics` on an address of its own, so that it is never on the public one.
///
/// - Parameter samples: called at every scrape; what it throws is logged and answered with what is known without it.
public func buildMetricsApplication(
    address: BindAddress,
    metrics: RequestMetrics,
    samples: @escaping @Sendable () async throws -> [MetricSample],
    logger: Logger
) -> some ApplicationProtocol {
    let router = Router(context: BasicRequestContext.self)
    router.get("/metrics") { _, _ in
        var text = PrometheusText()
        text.add(metrics)
        do {
            text.add(try await samples())
        } catch {
            logger.warning("samples are missing", metadata: ["error": .string(String(describing: error).escapedForLog)])
        }
        return text.response
    }
    return Application(
        router: router,
        configuration: ApplicationConfiguration(address: address, serverName: "mizzo-metrics"),
        logger: logger
    )
}

extension PrometheusText {
    fileprivate var response: Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
