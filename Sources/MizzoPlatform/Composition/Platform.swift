import CloudServices
import DurableSQLite
import FoundationEssentials
import Logging
import MizzoAPI
import WorkflowEngine
import WorkflowStore

/// The opened platform: one database file, one object store, one queue of upload events. Everything a process runs is made from it.
public struct Platform: Sendable {
    /// What the operator decided.
    public let configuration: PlatformConfiguration
    /// The one database file.
    public let database: DurableDatabase
    /// The workflows in it.
    public let workflows: WorkflowDatabase
    /// How bearer tokens are made and checked.
    public let tokens: TokenSettings
    let storage: PlatformStorage
    let endpoint: PublicEndpoint

    /// The queue that hears of uploads.
    public static let uploadQueue = "upload-events"

    /// Opens or creates everything in the data folder and brings the database's tables up to date.
    ///
    /// - Throws: ``ConfigurationError``, or the database's errors.
    public static func open(_ configuration: PlatformConfiguration) async throws -> Platform {
        let endpoint = try PublicEndpoint(url: configuration.publicURL)
        try makeFolder(configuration.dataFolder)
        let database = try DurableDatabase.open(DurableDatabase.Configuration(path: configuration.database))
        do {
            let workflows = try await WorkflowDatabase.open(database, applicationMigrations: migrations)
            return try Platform(configuration, database, workflows, endpoint)
        } catch {
            database.close()
            throw error
        }
    }

    private init(
        _ configuration: PlatformConfiguration,
        _ database: DurableDatabase,
        _ workflows: WorkflowDatabase,
        _ endpoint: PublicEndpoint
    ) throws {
        let folder = configuration.dataFolder
        let storageSecret =
            try configuration.storageSecret?.text ?? GeneratedSecret(path: "\(folder)/storage-secret").read()
        self.configuration = configuration
        self.database = database
        self.workflows = workflows
        self.endpoint = endpoint
        tokens = try Self.tokens(configuration)
        storage = try PlatformStorage(configuration, database, endpoint, secret: storageSecret)
    }

    var objects: any ObjectStore { storage.objects }
    var uploadEvents: any MessageQueue { storage.uploadEvents }

    /// Finishes what is written and closes the file. Call it last.
    public func close() async {
        await (workflows.store as? SQLiteWorkflowStore)?.close()
        database.close()
        await storage.close()
    }

    var publishing: TrackPublishing {
        TrackPublishing(client: WorkflowClient(workflows), timing: configuration.flowTiming)
    }

    /// Where attempts keep their files while they run.
    var jobFolder: String { "\(configuration.dataFolder)/jobs" }

    private static func makeFolder(_ path: String) throws(ConfigurationError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw ConfigurationError(
                code: "data-folder-unusable",
                "the data folder \(path) cannot be made: \(error). Choose another one."
            )
        }
    }

    /// The configured keys, the first of which signs; without any, a secret generated in the data folder.
    private static func tokens(_ configuration: PlatformConfiguration) throws(ConfigurationError) -> TokenSettings {
        var pairs = configuration.exposure.tokenKeys.map { (id: Optional($0.id), secret: $0.secret.text) }
        if let secret = configuration.exposure.tokenSecret { pairs.append((nil, secret.text)) }
        if pairs.isEmpty {
            pairs = [(nil, try GeneratedSecret(path: "\(configuration.dataFolder)/token-secret").read())]
        }
        do {
            let keys = try pairs.map { try TokenKey(id: $0.id, secret: TokenSecret(Array($0.secret.utf8))) }
            return try TokenSettings(
                keys: keys,
                issuer: configuration.exposure.tokenIssuer,
                audience: configuration.exposure.tokenAudience
            )
        } catch {
            throw ConfigurationError(code: "configuration-value-invalid", "the settings below \"token\": \(error)")
        }
    }
}
