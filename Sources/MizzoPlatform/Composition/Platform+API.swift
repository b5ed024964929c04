import CloudServices
import DurableSQLite
import FoundationEssentials
import GRDB
import Hummingbird
import Logging
import MizzoAPI
import ServiceLifecycle
import WorkflowEngine
import WorkflowStore

extension Platform {
    /// The HTTP API with the embedded object store below `/objects` unless objects lie in a bucket, and its metrics on their
    /// own address if configured.
    ///
    /// - Parameter onUpload: called after an object was uploaded, for an ingest in the same process.
    public func apiServices(onUpload: @escaping @Sendable () -> Void = {}) async throws -> [any Service] {
        try await storage.check(Logger(label: "api"))
        let routes = storage.files.map {
            ObjectEndpoint(handler: ObjectRequestHandler(store: $0, mount: PublicEndpoint.mount), onUpload: onUpload)
        }
        let database = database
        var dependencies = APIDependencies(
            database: database,
            workflows: publishing,
            media: ObjectMedia(
                store: objects,
                endpoint: endpoint,
                links: links,
                now: { Date() }
            ),
            objects: routes,
            readiness: { try await database.write(Self.proveWritable) },
            logger: Logger(label: "api")
        )
        dependencies.changes = ChangeSource { committed in
            let observation = database.observeCommits(committed)
            return { observation.cancel() }
        }
        var api = APIConfiguration(tokens: tokens, bucket: configuration.bucket)
        api.address = .hostname(configuration.host, port: configuration.port)
        api.publicBaseURL = configuration.publicURL
        api.rateLimits = configuration.exposure.rateLimits
        api.corsOrigins = Set(configuration.exposure.corsOrigins)
        api.trustedProxies = configuration.exposure.trustedProxies.compactMap { IPNetwork($0) }
        let application = try await buildApplication(configuration: api, dependencies: dependencies)
        guard configuration.exposure.metricsPort != 0 else { return [application] }
        return [application, metricsService(dependencies.metrics)]
    }

    /// Where the API sends players.
    private var links: ObjectMedia.Links {
        guard configuration.exposure.delivery.redirects(from: configuration.cloud.storage) else { return .none }
        return configuration.exposure.cdn.map { .cdn($0) } ?? .presigned
    }

    private func metricsService(_ metrics: RequestMetrics) -> any Service {
        buildMetricsApplication(
            address: .hostname(configuration.exposure.metricsHost, port: configuration.exposure.metricsPort),
            metrics: metrics,
            samples: { try await samples() },
            logger: Logger(label: "metrics")
        )
    }

    /// Runs by status and messages by state, counted when asked.
    private func samples() async throws -> [MetricSample] {
        let runs = try await workflows.store.countRuns(RunFilter())
        let queue = try await uploadEvents.counts()
        let messages = [
            ("visible", queue.visible), ("in-flight", queue.inFlight), ("delayed", queue.delayed),
            ("dead", queue.deadLetters),
        ]
        return runs.map { status, count in
            MetricSample("mizzo_runs", help: "Runs by status.", labels: ["status": "\(status)"], value: Double(count))
        }
            + messages.map { state, count in
                MetricSample(
                    "mizzo_queue_messages",
                    help: "Messages by queue and state.",
                    labels: ["queue": Self.uploadQueue, "state": state],
                    value: Double(count)
                )
            }
    }

    /// Writes a page: a transaction that changes nothing succeeds on a full volume too.
    private static let proveWritable: @Sendable (Database) throws -> Void = { database in
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }
}
