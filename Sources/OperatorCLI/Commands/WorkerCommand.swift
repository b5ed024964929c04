import ArgumentParser
import WorkflowCore
import WorkflowStore

/// `mizzo worker`: who does the work. Mounted by the executable.
package struct WorkerCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "See the workers.",
        discussion: """
            EXAMPLES:
              mizzo worker list
              mizzo worker list -o json
            """,
        subcommands: [WorkerListCommand.self]
    )

    package init() {}
}

struct WorkerListCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Workers, their queues and types, and whether they live.",
        discussion: """
            EXAMPLES:
              mizzo worker list
            """
    )

    @OptionGroup var common: CommonOptions

    func execute(_ context: CommandContext) async throws {
        let workers = try await context.store.workers().sorted { $0.key.rawValue < $1.key.rawValue }
        guard context.options.output == .table else { return try context.write(list: workers.map(JSONValue.init)) }
        var table = TextTable([
            .init("STATE"), .init("WORKER"), .init("PID", isRight: true), .init("SINCE"), .init("BUILD"),
            .init("QUEUES", isFlexible: true), .init("WORKFLOWS", isFlexible: true),
            .init("ACTIVITIES", isFlexible: true),
        ])
        for worker in workers {
            let registration = worker.registration
            table.add(
                worker.isAlive ? .init("living", .good) : .init("gone", .bad),
                .init(registration.identity),
                .init(String(registration.processID)),
                .init(context.time.time(registration.now)),
                .init(registration.buildID.isEmpty ? context.style.none : registration.buildID),
                .init(registration.queues.map(\.rawValue).sorted().joined(separator: ",")),
                .init(registration.workflowTypes.sorted().joined(separator: ",")),
                .init(registration.activityTypes.sorted().joined(separator: ","))
            )
        }
        try context.write(table.text(context.style))
        if workers.isEmpty { context.note("no worker is registered; runs go on when one starts") }
    }
}

extension JSONValue {
    fileprivate init(_ worker: WorkerRecord) {
        let registration = worker.registration
        self = [
            "key": .int(worker.key.rawValue), "identity": .string(registration.identity),
            "alive": .bool(worker.isAlive), "processId": .int(registration.processID),
            "buildId": .string(registration.buildID), "registeredTime": JSONValue(registration.now),
            "queues": .array(registration.queues.map(\.rawValue).sorted().map { .string($0) }),
            "workflowTypes": .array(registration.workflowTypes.sorted().map { .string($0) }),
            "activityTypes": .array(registration.activityTypes.sorted().map { .string($0) }),
        ]
    }
}
