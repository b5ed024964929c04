import ArgumentParser
import WorkflowCore
import WorkflowStore

struct StartCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start a workflow.",
        discussion: """
            The run is on disk when the command returns; a worker of its type continues it.

            EXAMPLES:
              mizzo workflow start --type PublishTrack --id publish-track/7f3a --input '{"trackID":"7f3a"}'
              mizzo workflow start --type PublishTrack --id publish-track/7f3a --conflict use-existing
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "The workflow type, as workers register it.")
    var type: String

    @Option(help: "The workflow's id: at most one run of it is open.")
    var id: String

    @Option(help: ArgumentHelp("The input; leave it out for workflows that take none.", valueName: "json"))
    var input: InputJSON?

    @Option(help: "The queue whose workers run it.")
    var queue = TaskQueue.default.rawValue

    @Option(help: ArgumentHelp("Starting again with the same id gives the same run.", valueName: "id"))
    var requestID = ""

    @Option(help: "When the last run of the id has closed.")
    var reuse = Reuse.allowDuplicate

    @Option(help: "When a run of the id is open.")
    var conflict = Conflict.fail

    enum Reuse: String, ExpressibleByArgument, CaseIterable {
        case allowDuplicate = "allow-duplicate"
        case allowDuplicateFailedOnly = "allow-duplicate-failed-only"
        case rejectDuplicate = "reject-duplicate"

        fileprivate var policy: WorkflowIDReusePolicy {
            switch self {
            case .allowDuplicate: .allowDuplicate
            case .allowDuplicateFailedOnly: .allowDuplicateFailedOnly
            case .rejectDuplicate: .rejectDuplicate
            }
        }
    }

    enum Conflict: String, ExpressibleByArgument, CaseIterable {
        case fail
        case useExisting = "use-existing"
        case terminateExisting = "terminate-existing"

        fileprivate var policy: WorkflowIDConflictPolicy {
            switch self {
            case .fail: .fail
            case .useExisting: .useExisting
            case .terminateExisting: .terminateExisting
            }
        }
    }

    func validate() throws {
        for (name, text) in [("--id", id), ("--type", type), ("--queue", queue)] {
            guard (1...WorkflowID.maximumLength).contains(text.utf8.count) else {
                throw ValidationError(
                    "\(name) must have 1 to \(WorkflowID.maximumLength) bytes, got \(text.utf8.count)."
                )
            }
        }
    }

    func execute(_ context: CommandContext) async throws {
        let environment = context.environment
        let started = WorkflowExecutionStarted(
            workflowType: type,
            taskQueue: TaskQueue(queue),
            input: input?.payload,
            originalExecutionRunID: environment.newRunID(context.now),
            identity: environment.identity,
            workflowID: WorkflowID(id)
        )
        let outcome = try await context.store.start(
            StartRequest(
                started: started,
                reusePolicy: reuse.policy,
                conflictPolicy: conflict.policy,
                requestID: requestID,
                now: context.now
            )
        )
        switch outcome {
        case .started(let run): try context.write(receipt: "started", run)
        case .existing(let run): try context.write(receipt: "existing", run)
        case .refused(let run, let status):
            throw CommandFailure(
                .generic,
                code: "workflow-already-started",
                message: "workflow \"\(id)\" cannot be started: run \(run.runID) is \(status). Use another id, or "
                    + (status == .running ? "--conflict use-existing." : "--reuse allow-duplicate.")
            )
        }
    }
}
