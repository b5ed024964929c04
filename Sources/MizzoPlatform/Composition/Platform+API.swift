import CloudServices
import DurableSQLite
import FoundationEssentials
import GRDB
import Hummingbird
import Logging
import MizzoAPI
import ServiceLifecycle

extension Platform {
    /// The HTTP API, with the embedded object store below `/objects` unless objects lie in a bucket.
    ///
    /// - Parameter onUpload: called after an object was uploaded, for an ingest in the same process.
    public func apiService(onUpload: @escaping @Sendable () -> Void = {}) async throws -> any Service {
        try await storage.check(Logger(label: "api"))
        let routes = storage.files.map {
            ObjectEndpoint(handler: ObjectRequestHandler(store: $0, mount: PublicEndpoint.mount), onUpload: onUpload)
        }
        let database = database
        let dependencies = APIDependencies(
            database: database,
            workflows: publishing,
            media: ObjectMedia(store: objects, endpoint: endpoint, now: { Date() }),
            objects: routes,
            readiness: { try await database.write(Self.proveWritable) },
            logger: Logger(label: "api")
        )
        var api = APIConfiguration(tokens: tokens, bucket: configuration.bucket)
        api.address = .hostname(configuration.host, port: configuration.port)
        api.publicBaseURL = configuration.publicURL
        return try await buildApplication(configuration: api, dependencies: dependencies)
    }

    /// Writes a page: a transaction that changes nothing succeeds on a full volume too.
    private static let proveWritable: @Sendable (Database) throws -> Void = { database in
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }
}
