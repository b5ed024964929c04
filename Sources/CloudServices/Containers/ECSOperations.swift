/// The bodies of ECS's JSON operations, as far as they are used.
enum ECSOperation {
    struct Variable: Codable, Sendable, Equatable {
        let name: String
        let value: String
    }

    struct ContainerOverride: Codable, Sendable, Equatable {
        let name: String
        let environment: [Variable]
    }

    struct Overrides: Codable, Sendable, Equatable {
        let containerOverrides: [ContainerOverride]
    }

    struct Network: Codable, Sendable, Equatable {
        let subnets: [String]
        let securityGroups: [String]
        let assignPublicIp: String
    }

    struct NetworkConfiguration: Codable, Sendable, Equatable {
        let awsvpcConfiguration: Network
    }

    struct Run: Codable, Sendable, Equatable {
        let cluster: String
        let taskDefinition: String
        var launchType = "FARGATE"
        var count = 1
        let clientToken: String
        let startedBy: String
        let networkConfiguration: NetworkConfiguration
        let overrides: Overrides
    }

    struct Describe: Codable, Sendable {
        let cluster: String
        let tasks: [String]
    }

    struct Stop: Codable, Sendable {
        let cluster: String
        let task: String
        let reason: String
    }

    struct Container: Codable, Sendable {
        var name: String?
        var exitCode: Int?
        var reason: String?
    }

    struct Task: Codable, Sendable {
        var taskArn: String
        var lastStatus: String
        var stoppedReason: String?
        var stopCode: String?
        var containers: [Container]?
    }

    struct Failure: Codable, Sendable {
        var arn: String?
        var reason: String?
        var detail: String?
    }

    /// Both lists may hold something, with status 200.
    struct Tasks: Codable, Sendable {
        var tasks: [Task]?
        var failures: [Failure]?
    }

    struct Stopped: Codable, Sendable {
        var task: Task?
    }
}
