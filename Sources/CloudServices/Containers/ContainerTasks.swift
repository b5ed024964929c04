/// Work that runs in a container of its own, somewhere else: ECS Fargate, or what behaves like it.
public protocol ContainerTasks: Sendable {
    /// Starts a task. The same token finds the task it started before, running or ended, as long as the service remembers it.
    /// - Throws: ``ContainerTaskError``.
    func run(_ request: ContainerTaskRequest) async throws -> ContainerTask

    /// What a task does now; `nil` when the service does not know it: a moment after its start, or an hour after its end.
    /// - Throws: ``ContainerTaskError``.
    func describe(_ id: String) async throws -> ContainerTask?

    /// Asks a task to end. One that has ended or is unknown is fine.
    /// - Parameter reason: what ``ContainerTask/stoppedReason`` will say.
    /// - Throws: ``ContainerTaskError``.
    func stop(_ id: String, reason: String) async throws
}

/// What is to be run.
public struct ContainerTaskRequest: Sendable, Equatable {
    /// 1…64 characters of ASCII without blanks; names this one start.
    public let token: String
    /// For people: what the task is for; at most 128 characters.
    public let startedBy: String
    /// Variables of the container.
    public let environment: [String: String]

    /// A request.
    public init(token: String, startedBy: String, environment: [String: String]) {
        self.token = token
        self.startedBy = startedBy
        self.environment = environment
    }
}

/// A task as the service describes it.
public struct ContainerTask: Sendable, Equatable {
    /// The service's name for it, an ARN.
    public let id: String
    /// `PROVISIONING`, `PENDING`, `RUNNING` … `STOPPED`.
    public let status: String
    /// Of the container; `nil` while it runs and when it never ran.
    public let exitCode: Int?
    /// Why the task ended, in the service's words: `Essential container in task exited`, `OutOfMemoryError` …
    public let stoppedReason: String?

    /// Whether it has ended.
    public var isStopped: Bool { status == "STOPPED" }

    /// A description.
    public init(id: String, status: String, exitCode: Int?, stoppedReason: String?) {
        self.id = id
        self.status = status
        self.exitCode = exitCode
        self.stoppedReason = stoppedReason
    }
}

/// A task that could not be started or asked about.
public struct ContainerTaskError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable kebab-case name: `container-capacity-unavailable`, `container-token-conflict`, `container-request-refused`,
    /// `container-service-unreachable`.
    public let code: String
    /// What was asked for, what the service said, what to do.
    public let message: String

    /// An error; implementations outside this target use it too.
    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the sentence.
    public var description: String { "\(code): \(message)" }

    /// Whether the same request may succeed later.
    public var isTemporary: Bool {
        code == "container-capacity-unavailable" || code == "container-service-unreachable"
    }

    static func capacity(_ said: String) -> ContainerTaskError {
        ContainerTaskError(
            code: "container-capacity-unavailable",
            message: "No room for another task now (\(said)). It is tried again later."
        )
    }

    static func refused(_ operation: String, _ said: String) -> ContainerTaskError {
        ContainerTaskError(
            code: "container-request-refused",
            message: "\(operation) was refused: \(said). Check the ecs settings and the role's permissions."
        )
    }
}
