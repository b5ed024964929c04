import Foundation

/// ECS's JSON as AWS documents it, written down independently of the client's own.
enum ECSWire {
    struct RunTask: Codable, Equatable {
        struct Network: Codable, Equatable {
            struct VPC: Codable, Equatable {
                let subnets: [String]
                let securityGroups: [String]?
                let assignPublicIp: String?
            }
            let awsvpcConfiguration: VPC
        }

        struct Overrides: Codable, Equatable {
            struct Container: Codable, Equatable {
                struct Variable: Codable, Equatable {
                    let name: String
                    let value: String
                }
                let name: String
                let environment: [Variable]?
            }
            let containerOverrides: [Container]?
        }

        let cluster: String?
        let taskDefinition: String
        let launchType: String?
        let count: Int?
        let clientToken: String?
        let startedBy: String?
        let networkConfiguration: Network?
        let overrides: Overrides?
    }

    struct DescribeTasks: Codable {
        let cluster: String?
        let tasks: [String]
    }

    struct StopTask: Codable {
        let cluster: String?
        let task: String
        let reason: String?
    }

    struct Container: Codable {
        let name: String
        let lastStatus: String
        let exitCode: Int?
    }

    struct Task: Codable {
        let taskArn: String
        let clusterArn: String
        let taskDefinitionArn: String
        let lastStatus: String
        let desiredStatus: String
        let startedBy: String?
        let stopCode: String?
        let stoppedReason: String?
        let containers: [Container]
    }

    struct Failure: Codable {
        let arn: String?
        let reason: String
    }

    struct Tasks: Codable {
        let tasks: [Task]
        let failures: [Failure]
    }

    struct Stopped: Codable { let task: Task }

    struct Refusal: Codable, Error {
        let type: String
        let message: String

        enum CodingKeys: String, CodingKey {
            case type = "__type"
            case message
        }
    }
}
