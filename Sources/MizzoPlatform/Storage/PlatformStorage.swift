import AsyncHTTPClient
import CloudServices
import DurableSQLite
import Logging

/// Where objects lie and where their events wait: both in the data folder, or both at AWS.
struct PlatformStorage: Sendable {
    let objects: any ObjectStore
    let uploadEvents: any MessageQueue
    /// `nil` unless something comes from AWS.
    let cloud: CloudConnection?
    /// `nil` when objects lie in a bucket.
    let files: FileObjectStore?

    /// - Parameter secret: signs the embedded store's presigned URLs.
    init(
        _ configuration: PlatformConfiguration,
        _ database: DurableDatabase,
        _ endpoint: PublicEndpoint,
        secret: String
    ) throws {
        let bucket = try Self.bucket(configuration.bucket)
        if configuration.cloud.storage == .s3 {
            try self.init(CloudConnection(configuration.cloud), bucket)
            return
        }
        let queue = try EmbeddedQueue(name: Platform.uploadQueue, database: database)
        let settings = FileObjectStore.Configuration(
            root: "\(configuration.dataFolder)/objects",
            bucket: bucket,
            endpoint: endpoint.endpoint,
            credentials: AWSCredentials(accessKeyID: "mizzo", secretAccessKey: secret),
            notifications: [ObjectNotification(id: "uploads", prefix: "raw-track/", suffix: ".mp3", queue: queue)]
        )
        let files = try FileObjectStore(configuration: settings, database: database)
        self.init(objects: files, uploadEvents: queue, cloud: nil, files: files)
    }

    private init(_ cloud: CloudConnection, _ bucket: BucketName) throws {
        do {
            self.init(objects: cloud.bucket(bucket), uploadEvents: try cloud.queue(), cloud: cloud, files: nil)
        } catch {
            // A client must not be forgotten open.
            try? cloud.client.syncShutdown()
            throw error
        }
    }

    private init(
        objects: any ObjectStore,
        uploadEvents: any MessageQueue,
        cloud: CloudConnection?,
        files: FileObjectStore?
    ) {
        self.objects = objects
        self.uploadEvents = uploadEvents
        self.cloud = cloud
        self.files = files
    }

    /// Asks once whether bucket and queue can be used. A service that does not answer is waited for later, so it only warns.
    ///
    /// - Throws: ``ConfigurationError`` `cloud-unusable` for what will not mend itself.
    func check(_ logger: Logger) async throws {
        do {
            try await (objects as? S3ObjectStore)?.checkBucket()
            _ = try await (uploadEvents as? SQSQueue)?.deadLetterQueue()
        } catch let error as ObjectStoreError where error.kind == .serviceUnavailable || error.kind == .slowDown {
            logger.warning("the object store does not answer yet", metadata: ["error": "\(error)"])
        } catch let error as QueueError where error.code == "queue-unreachable" {
            logger.warning("the queue does not answer yet", metadata: ["error": "\(error)"])
        } catch let error where !(error is CancellationError) {
            throw ConfigurationError(code: "cloud-unusable", "storage or queue cannot be used: \(error)")
        }
    }

    /// Closes connections. Call it last.
    func close() async {
        try? await cloud?.client.shutdown()
    }

    static func bucket(_ name: String) throws(ConfigurationError) -> BucketName {
        do {
            return try BucketName(name)
        } catch {
            throw ConfigurationError(code: "configuration-value-invalid", "the setting \"storage.bucket\": \(error)")
        }
    }
}

/// What all clients of AWS in one process share.
struct CloudConnection: Sendable {
    let configuration: CloudConfiguration
    let client: HTTPClient
    let credentials: CachedCredentials

    init(_ configuration: CloudConfiguration) {
        self.configuration = configuration
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: CloudHTTP.clientConfiguration)
        credentials = CachedCredentials(
            CredentialsChain.aws(environment: configuration.sources.environment, client: client)
        )
    }

    func bucket(_ name: BucketName) -> S3ObjectStore {
        S3ObjectStore(
            configuration: S3ObjectStore.Configuration(
                bucket: name,
                region: configuration.region,
                endpoint: configuration.storageEndpoint,
                addressing: configuration.storageAddressing
            ),
            credentials: credentials,
            client: client
        )
    }

    func queue() throws(ConfigurationError) -> SQSQueue {
        do {
            return try SQSQueue(
                url: configuration.queueURL,
                region: configuration.region,
                credentials: credentials,
                client: client
            )
        } catch {
            throw ConfigurationError(code: "configuration-value-invalid", "the setting \"queue.url\": \(error)")
        }
    }

    func containerTasks() -> ECSTasks {
        let task = configuration.task
        return ECSTasks(
            configuration: ECSTasks.Configuration(
                cluster: task.cluster,
                taskDefinition: task.definition,
                container: task.container,
                subnets: task.subnets,
                securityGroups: task.securityGroups,
                assignsPublicAddress: task.publicAddress == .enabled
            ),
            region: configuration.region,
            endpoint: task.endpoint,
            credentials: credentials,
            client: client
        )
    }
}
