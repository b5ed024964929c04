import AsyncHTTPClient
import FoundationEssentials

/// Tasks of ECS on Fargate.
public struct ECSTasks: ContainerTasks {
    /// Which task, and where.
    public struct Configuration: Sendable {
        /// Name or ARN.
        public var cluster: String
        /// `family`, `family:revision` or ARN.
        public var taskDefinition: String
        /// The container whose variables are set and whose exit code counts.
        public var container: String
        /// At least one.
        public var subnets: [String]
        /// May be empty.
        public var securityGroups: [String]
        /// Whether tasks get a public address.
        public var assignsPublicAddress: Bool

        /// A configuration.
        public init(
            cluster: String,
            taskDefinition: String,
            container: String,
            subnets: [String],
            securityGroups: [String] = [],
            assignsPublicAddress: Bool = false
        ) {
            self.cluster = cluster
            self.taskDefinition = taskDefinition
            self.container = container
            self.subnets = subnets
            self.securityGroups = securityGroups
            self.assignsPublicAddress = assignsPublicAddress
        }
    }

    private let configuration: Configuration
    private let service: JSONServiceClient

    /// - Parameters:
    ///   - endpoint: `nil` means AWS's own for the region.
    ///   - credentials: may be shared with other clients.
    ///   - client: set up as ``CloudHTTP/clientConfiguration`` says; shut down by its owner.
    public init(
        configuration: Configuration,
        region: String,
        endpoint: ServiceEndpoint? = nil,
        credentials: CachedCredentials,
        client: HTTPClient,
        backOff: BackOff = BackOff(),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.configuration = configuration
        let http = SignedHTTPClient(
            client: client,
            endpoint: endpoint ?? ServiceEndpoint(scheme: .https, host: "ecs.\(region).amazonaws.com"),
            region: region,
            service: "ecs",
            credentials: credentials,
            backOff: backOff,
            now: now
        )
        service = JSONServiceClient(http: http, target: "AmazonEC2ContainerServiceV20141113", version: "1.1")
    }

    /// See ``ContainerTasks/run(_:)``. Safe to repeat: the client token makes ECS find the first start.
    public func run(_ request: ContainerTaskRequest) async throws -> ContainerTask {
        let answer = try await call("RunTask", body(request), as: ECSOperation.Tasks.self)
        if let task = answer.tasks?.first { return description(of: task) }
        let failure = answer.failures?.first
        let said = [failure?.reason, failure?.detail].compactMap { $0 }.joined(separator: ": ")
        if Self.isCapacity(said) { throw ContainerTaskError.capacity(said) }
        throw ContainerTaskError.refused("RunTask", said.isEmpty ? "neither a task nor a failure came back" : said)
    }

    private func body(_ request: ContainerTaskRequest) -> ECSOperation.Run {
        let variables = request.environment.sorted { $0.key < $1.key }
            .map { ECSOperation.Variable(name: $0.key, value: $0.value) }
        return ECSOperation.Run(
            cluster: configuration.cluster,
            taskDefinition: configuration.taskDefinition,
            clientToken: request.token,
            startedBy: request.startedBy,
            networkConfiguration: .init(
                awsvpcConfiguration: .init(
                    subnets: configuration.subnets,
                    securityGroups: configuration.securityGroups,
                    assignPublicIp: configuration.assignsPublicAddress ? "ENABLED" : "DISABLED"
                )
            ),
            overrides: .init(containerOverrides: [.init(name: configuration.container, environment: variables)])
        )
    }

    /// See ``ContainerTasks/describe(_:)``.
    public func describe(_ id: String) async throws -> ContainerTask? {
        let request = ECSOperation.Describe(cluster: configuration.cluster, tasks: [id])
        let answer = try await call("DescribeTasks", request, as: ECSOperation.Tasks.self)
        if let task = answer.tasks?.first(where: { $0.taskArn == id }) { return description(of: task) }
        let reasons = (answer.failures ?? []).compactMap(\.reason)
        guard reasons.allSatisfy({ $0 == "MISSING" }) else {
            throw ContainerTaskError.refused("DescribeTasks", reasons.joined(separator: ", "))
        }
        return nil
    }

    /// See ``ContainerTasks/stop(_:reason:)``.
    public func stop(_ id: String, reason: String) async throws {
        let request = ECSOperation.Stop(cluster: configuration.cluster, task: id, reason: String(reason.prefix(255)))
        do {
            _ = try await service.call("StopTask", request, as: ECSOperation.Stopped.self)
        } catch let failure as ServiceFailure where failure.message.contains("not found") {
            // It has ended and is forgotten.
        } catch {
            throw Self.error(error, "StopTask")
        }
    }

    private func call<Output: Decodable>(
        _ operation: String,
        _ input: some Encodable,
        as output: Output.Type
    ) async throws -> Output {
        do {
            return try await service.call(operation, input, as: output)
        } catch {
            throw Self.error(error, operation)
        }
    }

    private static func error(_ error: any Error, _ operation: String) -> any Error {
        switch error {
        case let failure as ServiceFailure:
            if isCapacity(failure.message) { return ContainerTaskError.capacity(failure.message) }
            if failure.type == "ConflictException" {
                return ContainerTaskError(code: "container-token-conflict", message: "\(failure.message)")
            }
            let isTemporary = failure.status >= 500 || failure.type.contains("Throttl")
            let code = isTemporary ? "container-service-unreachable" : "container-request-refused"
            return ContainerTaskError(code: code, message: "\(failure)")
        case let failure as ServiceUnreachable:
            return ContainerTaskError(code: "container-service-unreachable", message: "\(failure)")
        default: return error
        }
    }

    /// What ECS says when there is no room: Fargate's sentence, an instance's missing resource, the account's limit.
    private static func isCapacity(_ said: String) -> Bool {
        said.contains("Capacity is unavailable") || said.hasPrefix("RESOURCE:")
            || said.contains("limit on the number of")
    }

    private func description(of task: ECSOperation.Task) -> ContainerTask {
        let container = task.containers?.first { $0.name == configuration.container } ?? task.containers?.first
        let reasons = [task.stoppedReason, container?.reason].compactMap { $0 }
        return ContainerTask(
            id: task.taskArn,
            status: task.lastStatus,
            exitCode: task.lastStatus == "STOPPED" ? container?.exitCode : nil,
            stoppedReason: reasons.isEmpty ? nil : reasons.joined(separator: ": ")
        )
    }
}
