import Activities
import ActivityContracts
import CloudServices
import DurableSQLite
import Foundation
import MizzoCatalog
import Synchronization
import Testing
import WorkflowEngine

/// Tasks that a test plays: every launch takes the next script; a script's steps are the answers to the looks at it.
private final class PlayedTasks: ContainerTasks {
    enum Step: Sendable {
        case running, missing
        case stopped(exitCode: Int?, reason: String)
    }

    struct Launch: Sendable {
        let request: ContainerTaskRequest
        var steps: [Step]
    }

    struct State {
        var scripts: [[Step]]
        var refusals: [ContainerTaskError]
        var launches: [Launch] = []
        var stops: [String] = []
    }

    let state: Mutex<State>
    /// Called at every look, with the number of the launch.
    let onLook: @Sendable (Int, TranscodingJob?) async throws -> Void

    init(
        _ scripts: [[Step]],
        refusals: [ContainerTaskError] = [],
        onLook: @escaping @Sendable (Int, TranscodingJob?) async throws -> Void = { _, _ in }
    ) {
        state = Mutex(State(scripts: scripts, refusals: refusals))
        self.onLook = onLook
    }

    func run(_ request: ContainerTaskRequest) async throws -> ContainerTask {
        try state.withLock { state in
            if !state.refusals.isEmpty { throw state.refusals.removeFirst() }
            if let index = state.launches.firstIndex(where: { $0.request.token == request.token }) {
                guard state.launches[index].request == request else {
                    throw ContainerTaskError(code: "container-token-conflict", message: "another request")
                }
                return Self.task(index, state.launches[index].steps.first ?? .missing)
            }
            state.launches.append(
                Launch(request: request, steps: state.scripts.isEmpty ? [] : state.scripts.removeFirst())
            )
            return Self.task(state.launches.count - 1, .running)
        }
    }

    func describe(_ id: String) async throws -> ContainerTask? {
        guard let index = Int(id) else { return nil }
        let job = state.withLock { TranscodingJob(environment: $0.launches[index].request.environment) }
        try await onLook(index, job)
        let step = state.withLock { state in
            state.launches[index].steps.count > 1
                ? state.launches[index].steps.removeFirst() : state.launches[index].steps.first ?? .missing
        }
        if case .missing = step { return nil }
        return Self.task(index, step)
    }

    func stop(_ id: String, reason: String) async throws {
        state.withLock { $0.stops.append(id) }
    }

    private static func task(_ index: Int, _ step: Step) -> ContainerTask {
        guard case .stopped(let exitCode, let reason) = step else {
            return ContainerTask(id: "\(index)", status: "RUNNING", exitCode: nil, stoppedReason: nil)
        }
        return ContainerTask(id: "\(index)", status: "STOPPED", exitCode: exitCode, stoppedReason: reason)
    }
}

@Suite("Transcoding in containers", .timeLimit(.minutes(2)))
struct ContainerTranscodingTests {
    private static let source = #""source":{"etag":"e","byteCount":5,"sha256":"s"}"#
    private static let done = """
        {"state":"done","percent":100,\(source),"output":{"masterKey":"m","durationMilliseconds":1000,"objectCount":3,\
        "byteCount":10}}
        """

    private func activity(_ bench: ActivityBench, _ tasks: PlayedTasks) -> TranscodeTrackActivity {
        let runner = ContainerTranscoding(tasks: tasks, store: bench.store, interval: .zero, sleep: { _ in })
        return TranscodeTrackActivity(runner: runner, database: bench.database)
    }

    private func input(_ bench: ActivityBench) async throws -> TranscodeTrack.Input {
        try await bench.move(to: .processing)
        return .init(trackID: ActivityBench.track, source: .init(key: "k", entityTag: "e", byteCount: 5))
    }

    /// Puts a report as the container of a job would.
    private static func report(_ text: String, _ job: TranscodingJob?, _ bench: ActivityBench) async throws {
        let job = try #require(job)
        let body = AsyncStream<[UInt8]> { stream in
            stream.yield(Array(text.utf8))
            stream.finish()
        }
        let key = try ObjectKey("transcoding-report/\(job.input.trackID)/\(job.token).json")
        try await bench.store.put(key, body: body, options: PutOptions())
    }

    @Test("progress reaches the track, the result the workflow, and the ticket is sealed")
    func followsTask() async throws {
        let bench = try await ActivityBench()
        let looks = Mutex(0)
        let tasks = PlayedTasks([
            [.missing, .running, .running, .stopped(exitCode: 0, reason: "Essential container in task exited")]
        ]) {
            _,
            job in
            let look = looks.withLock { value in
                value += 1
                return value
            }
            if look == 2 { try await Self.report(#"{"state":"running","percent":40}"#, job, bench) }
            if look == 4 { try await Self.report(Self.done, job, bench) }
        }
        let output = try await bench.run(activity(bench, tasks), try await input(bench))
        #expect(output.masterKey == "m" && output.objectCount == 3)
        #expect(try await bench.track()?.progress ?? 0 > 0)
        let id = try #require(ActivityBench.trackID)
        let sealed = try await bench.database.read { try Catalog.uploadTicket(UploadID(audioOf: id), in: $0)?.sealed }
        #expect(sealed == ObjectFacts(etag: "e", byteCount: 5, sha256: "s"))
        #expect(tasks.state.withLock { $0.launches.count } == 1)
    }

    @Test("a task that dies without a word is launched anew under another token; the dead one is never asked again")
    func relaunches() async throws {
        let bench = try await ActivityBench()
        let tasks = PlayedTasks([
            [.stopped(exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage")],
            [.stopped(exitCode: 0, reason: "Essential container in task exited")],
        ]) { launch, job in
            if launch == 1 { try await Self.report(Self.done, job, bench) }
        }
        _ = try await bench.run(activity(bench, tasks), try await input(bench))
        let tokens = tasks.state.withLock { $0.launches.map(\.request.token) }
        #expect(tokens.count == 2 && Set(tokens).count == 2)
        #expect(tokens.allSatisfy { $0.utf8.count == 32 })
    }

    @Test("a lack of capacity is waited out, a refusal is retried; neither counts as a launch")
    func capacity() async throws {
        let bench = try await ActivityBench()
        let refusals = [
            ContainerTaskError(code: "container-capacity-unavailable", message: "Capacity is unavailable"),
            ContainerTaskError(code: "container-service-unreachable", message: "x"),
        ]
        let tasks = PlayedTasks([[.stopped(exitCode: 0, reason: "x")]], refusals: refusals) { _, job in
            try await Self.report(Self.done, job, bench)
        }
        _ = try await bench.run(activity(bench, tasks), try await input(bench))
        #expect(tasks.state.withLock { $0.launches.count } == 1)
    }

    @Test("audio that cannot be used is an outcome, not a failure of the container")
    func unusable() async throws {
        let bench = try await ActivityBench()
        let tasks = PlayedTasks([[.stopped(exitCode: 65, reason: "x")]]) { _, job in
            let text = #"{"state":"unusable","percent":0,"code":"UnusableAudio","message":"This file is empty."}"#
            try await Self.report(text, job, bench)
        }
        let input = try await input(bench)
        let error = await #expect(throws: WorkflowEndedError.self) {
            try await bench.run(activity(bench, tasks), input)
        }
        #expect(error?.reason?.type == TranscodeTrack.unusableAudio)
        #expect(error?.reason?.message == "This file is empty.")
        #expect(tasks.state.withLock { $0.launches.count } == 1)
    }

    @Test("the same job is the same bytes in every process")
    func stableJob() async throws {
        let bench = try await ActivityBench()
        let tasks = PlayedTasks([[.stopped(exitCode: 0, reason: "x")]]) { _, job in
            try await Self.report(Self.done, job, bench)
        }
        _ = try await bench.run(activity(bench, tasks), try await input(bench))
        let request = try #require(tasks.state.withLock { $0.launches.first?.request })
        let text = try #require(request.environment[TranscodingJob.variable])
        let input = #"{"source":{"byteCount":5,"entityTag":"e","key":"k"},"trackID":"track-001"}"#
        #expect(text == #"{"input":\#(input),"token":"\#(request.token)"}"#)
    }

    @Test("the reason of a stopped task is what the last failure says")
    func reason() async throws {
        let bench = try await ActivityBench()
        let script: [PlayedTasks.Step] = [.stopped(exitCode: nil, reason: "CannotPullContainerError: no such image")]
        let tasks = PlayedTasks(Array(repeating: script, count: 20))
        let input = try await input(bench)
        let error = await #expect(throws: WorkflowEndedError.self) {
            try await bench.run(activity(bench, tasks), input)
        }
        #expect(error?.reason?.type == "container-ended-early")
        #expect(error?.reason?.message.contains("CannotPullContainerError: no such image") == true)
        #expect(tasks.state.withLock { $0.launches.count } == 6)
    }
}
