import ActivityContracts
import CloudServices
import Crypto
import FoundationEssentials
import MizzoCatalog
import WorkflowEngine

/// Transcodes in a container task per track.
///
/// A *launch* is one task. Its token follows from the activity and the launch's number, so a worker that takes over after another
/// one died finds the running task instead of starting a second; a launch that ended without a result is never looked at
/// again, because its report says so.
public struct ContainerTranscoding: TranscodingRunner {
    private let tasks: any ContainerTasks
    private let store: any ObjectStore
    private let interval: Duration
    private let sleep: @Sendable (Duration) async throws -> Void

    /// More than the attempts of ``TranscodeTrack``.
    private static let launchLimit = 12
    /// How often a started task may be unknown before it counts as lost; ECS needs a moment to know its own tasks.
    private static let missingLimit = 12

    /// - Parameters:
    ///   - store: the bucket the containers use too.
    ///   - interval: between two looks at a task.
    public init(
        tasks: any ContainerTasks,
        store: any ObjectStore,
        interval: Duration = .seconds(5),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.tasks = tasks
        self.store = store
        self.interval = interval
        self.sleep = sleep
    }

    /// See ``TranscodingRunner/run(_:context:fetched:report:)``. Capacity that is missing is asked for again a minute later.
    public func run(
        _ input: TranscodeTrack.Input,
        context: ActivityContext,
        fetched: (ObjectFacts) async throws -> Void,
        report: @escaping @Sendable (Int?) -> Void
    ) async throws -> TranscodeTrack.Output {
        for number in 1...Self.launchLimit {
            let job = try TranscodingJob(input: input, token: Self.token(context.idempotencyKey, number))
            let key = try TranscodingReport.key(input.trackID, token: job.token)
            let earlier = try await TranscodingReport.read(key, from: store)
            if earlier?.state == .failed { continue }
            report(nil)
            let final = try await follow(job, key, report)
            if let source = final.source { try await fetched(source.facts) }
            return try Self.result(final)
        }
        throw ApplicationError(
            "\(Self.launchLimit) transcoding tasks ended without a result",
            type: "container-launches-exhausted",
            nonRetryable: true
        )
    }

    /// ECS's client token: 1…64 characters, the same for every attempt.
    static func token(_ idempotencyKey: String, _ launch: Int) -> String {
        let digest = SHA256.hash(data: Array("\(idempotencyKey)/\(launch)".utf8))
        return digest.prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func start(_ job: TranscodingJob) async throws -> ContainerTask {
        do {
            return try await tasks.run(
                ContainerTaskRequest(
                    token: job.token,
                    startedBy: String(job.input.trackID.prefix(36)),
                    environment: try job.environment()
                )
            )
        } catch let error as ContainerTaskError {
            throw ApplicationError(
                error.description,
                type: error.code,
                nextRetryDelay: error.isTemporary ? .seconds(60) : nil,
                cause: error
            )
        }
    }

    /// Starts or finds the task and watches it to its end.
    ///
    /// - Returns: the last report, whose state is never `running`.
    private func follow(
        _ job: TranscodingJob,
        _ key: ObjectKey,
        _ report: @Sendable (Int?) -> Void
    ) async throws -> TranscodingReport {
        var task = try await start(job)
        do {
            var missing = 0
            while !task.isStopped {
                try await sleep(interval)
                let state = try await TranscodingReport.read(key, from: store)
                report(state.map { min(99, $0.percent) })
                guard let found = try await tasks.describe(task.id) else {
                    missing += 1
                    guard missing < Self.missingLimit else { break }
                    continue
                }
                (task, missing) = (found, 0)
            }
        } catch {
            if Task.isCancelled { await stop(task) }
            throw error
        }
        return try await settle(task, key)
    }

    /// Runs in its own task, so that the cancellation that caused it cannot stop it.
    private func stop(_ task: ContainerTask) async {
        let tasks = tasks
        _ = await Task { try await tasks.stop(task.id, reason: "the activity was cancelled") }.result
    }

    /// A task that ended without a last word gets one, so that no later attempt waits for it.
    private func settle(_ task: ContainerTask, _ key: ObjectKey) async throws -> TranscodingReport {
        var last = try await TranscodingReport.read(key, from: store) ?? TranscodingReport()
        guard last.state == .running else { return last }
        last.state = .failed
        last.code = "container-ended-early"
        let exit = task.exitCode.map { "exit code \($0)" } ?? "no exit code"
        let reason = task.isStopped ? task.stoppedReason ?? "no reason given" : "the service does not know it any more"
        last.message = "task \(task.id) ended without a result: \(exit), \(reason)"
        try await last.write(key, to: store)
        return last
    }

    private static func result(_ report: TranscodingReport) throws -> TranscodeTrack.Output {
        let message = report.message ?? "no details"
        switch (report.state, report.output) {
        case (.done, let output?): return output
        case (.unusable, _): throw TrackTranscoding.unusable(message, cause: nil)
        default: throw ApplicationError(message, type: report.code ?? "container-failed")
        }
    }
}
