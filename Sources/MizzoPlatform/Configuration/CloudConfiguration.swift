public import CloudServices

/// Which parts of the platform are embedded and which come from AWS, or from services that speak its protocols.
///
/// Credentials are no settings: they come from the sources AWS's own tools use.
public struct CloudConfiguration: Sendable {
    /// Where objects lie.
    public enum Storage: String, Sendable, CaseIterable {
        /// In the data folder.
        case files
        /// In a bucket.
        case s3
    }

    /// Where upload events wait.
    public enum Queue: String, Sendable, CaseIterable {
        /// In the database.
        case embedded
        /// In SQS.
        case sqs
    }

    /// Where audio is transcoded.
    public enum Runner: String, Sendable, CaseIterable {
        /// In the worker.
        case local
        /// In a container of its own for every track.
        case ecs
    }

    /// Whether containers get a public address.
    public enum PublicAddress: String, Sendable, CaseIterable {
        case enabled, disabled
    }

    /// The ECS task that transcodes.
    public struct Task: Sendable {
        /// `nil`: AWS's own for the region.
        public var endpoint: ServiceEndpoint?
        /// Name or ARN.
        public var cluster: String
        /// `family`, `family:revision` or ARN.
        public var definition: String
        /// The container in the definition that runs `mizzo-transcoder`.
        public var container: String
        /// Where it runs; at least one.
        public var subnets: [String]
        /// May be empty.
        public var securityGroups: [String]
        /// Without one the subnets need a way to S3.
        public var publicAddress: PublicAddress
        /// Between two looks at a task.
        public var pollInterval: Duration
    }

    /// Where objects lie.
    public var storage: Storage
    /// `nil`: AWS's own for the region.
    public var storageEndpoint: ServiceEndpoint?
    /// Where the bucket's name stands in addresses.
    public var storageAddressing: S3ObjectStore.Addressing
    /// Of all AWS services; empty when there are none.
    public var region: String
    /// Where upload events wait.
    public var queue: Queue
    /// The queue's URL as SQS gives it.
    public var queueURL: String
    /// Where audio is transcoded.
    public var runner: Runner
    /// The task, when ``runner`` is ``Runner/ecs``.
    public var task: Task
    let sources: CredentialSources

    /// The process's variables that name credentials and their sources; does not print itself.
    struct CredentialSources: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
        let environment: [String: String]

        init(_ environment: [String: String]) {
            self.environment = environment.filter { $0.key.hasPrefix("AWS_") || $0.key == "HOME" }
        }

        var description: String { "***" }
        var debugDescription: String { description }
        var customMirror: Mirror { Mirror(self, children: []) }
    }
}

extension CloudConfiguration {
    init(_ values: ConfigurationValues, _ environment: [String: String]) throws {
        storage = try values.choice(.storageKind)
        storageEndpoint = try values.endpoint(.storageEndpoint)
        storageAddressing = try values.choice(.storageAddressing)
        let named = try values.text(.region)
        region = named.isEmpty ? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "" : named
        queue = try values.choice(.queueKind)
        queueURL = try values.text(.queueURL)
        runner = try values.choice(.transcodingRunner)
        task = Task(
            endpoint: try values.endpoint(.ecsEndpoint),
            cluster: try values.text(.ecsCluster),
            definition: try values.text(.ecsTaskDefinition),
            container: try values.text(.ecsContainer),
            subnets: try values.list(.ecsSubnets),
            securityGroups: try values.list(.ecsSecurityGroups),
            publicAddress: try values.choice(.ecsPublicAddress),
            pollInterval: .seconds(try values.number(.ecsPollSeconds, 1...60))
        )
        sources = CredentialSources(environment)
    }

    /// Events of a bucket reach only SQS, those of the data folder only the database; a container and a CDN reach only a bucket.
    func checkCombination(usesCDN: Bool) throws(ConfigurationError) {
        try require((storage == .s3) == (queue == .sqs), "storage.kind \"s3\" and queue.kind \"sqs\" need each other")
        try require(runner == .local || storage == .s3, "transcoding.runner \"ecs\" needs storage.kind \"s3\"")
        try require(!usesCDN || storage == .s3, "playback.cdn-url needs storage.kind \"s3\"")
        guard storage == .s3 else { return }
        try require(!region.isEmpty, "storage.kind \"s3\" needs aws.region or AWS_REGION")
        try require(!queueURL.isEmpty, "queue.kind \"sqs\" needs queue.url")
        guard runner == .ecs else { return }
        try require(!task.definition.isEmpty, "transcoding.runner \"ecs\" needs ecs.task-definition")
        try require(!task.subnets.isEmpty, "transcoding.runner \"ecs\" needs ecs.subnets")
    }

    private func require(_ condition: Bool, _ rule: String) throws(ConfigurationError) {
        guard !condition else { return }
        throw ConfigurationError(code: "configuration-combination-invalid", "\(rule).")
    }

    /// For `--print-config`.
    var shown: [(ConfigurationSetting, String)] {
        [
            (.storageKind, storage.rawValue), (.storageEndpoint, storageEndpoint?.origin ?? "(AWS)"),
            (.storageAddressing, storageAddressing.rawValue), (.region, region.isEmpty ? "(none)" : region),
            (.queueKind, queue.rawValue), (.queueURL, queueURL.isEmpty ? "(none)" : queueURL),
            (.transcodingRunner, runner.rawValue), (.ecsEndpoint, task.endpoint?.origin ?? "(AWS)"),
            (.ecsCluster, task.cluster), (.ecsTaskDefinition, task.definition), (.ecsContainer, task.container),
            (.ecsSubnets, task.subnets.joined(separator: ",")),
            (.ecsSecurityGroups, task.securityGroups.joined(separator: ",")),
            (.ecsPublicAddress, task.publicAddress.rawValue),
            (.ecsPollSeconds, "\(task.pollInterval.components.seconds)"),
        ]
    }
}
