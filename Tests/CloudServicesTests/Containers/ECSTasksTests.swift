import CloudPeers
import ECSSimulator
import Foundation
import Testing

@testable import CloudServices

@Suite("ECS client against the simulator", .timeLimit(.minutes(1)))
struct ECSTasksTests {
    private func request(_ token: String, _ value: String = "1") -> ContainerTaskRequest {
        ContainerTaskRequest(token: token, startedBy: "test", environment: ["VALUE": value])
    }

    /// Runs `body` with a simulator whose containers are the shell script.
    private func withTasks(
        _ script: String,
        capacityRefusals: Int = 0,
        secret: String = CloudPeers.secretAccessKey,
        _ body: @Sendable (ECSTasks, ECSSimulator) async throws -> Void
    ) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("task-\(UUID().uuidString)").path
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let simulator = ECSSimulator(
            program: path,
            environment: ["PATH": "/usr/bin:/bin"],
            credentials: S3Fixture.peerCredentials,
            capacityRefusals: capacityRefusals
        )
        try await simulator.withServer { url in
            try await body(Self.tasks(url, secret), simulator)
        }
    }

    private static func tasks(_ url: String, _ secret: String) -> ECSTasks {
        ECSTasks(
            configuration: .init(
                cluster: "transcode",
                taskDefinition: "transcoder:1",
                container: "transcoder",
                subnets: ["subnet-1"]
            ),
            region: "us-east-1",
            endpoint: ServiceEndpoint(url: url),
            credentials: CachedCredentials(
                AWSCredentials(accessKeyID: CloudPeers.accessKeyID, secretAccessKey: secret)
            ),
            client: S3Fixture.sharedClient,
            backOff: Pauses().backOff(attemptsMax: 3)
        )
    }

    private func ended(_ id: String, _ tasks: ECSTasks) async throws -> ContainerTask {
        while true {
            if let task = try await tasks.describe(id), task.isStopped { return task }
        }
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ContainerTaskError)?.code
        }
    }

    @Test("a task gets its variables, passes its states and tells its exit code")
    func states() async throws {
        try await withTasks("exit $VALUE") { tasks, _ in
            let started = try await tasks.run(request("t1", "7"))
            #expect(started.status == "PROVISIONING" && started.exitCode == nil && started.stoppedReason == nil)
            let ended = try await ended(started.id, tasks)
            #expect(ended.exitCode == 7)
            #expect(ended.stoppedReason == "Essential container in task exited")
        }
    }

    @Test("the same token finds the same task, running or ended; with other variables it is a conflict")
    func tokens() async throws {
        try await withTasks("exec sleep 60") { tasks, simulator in
            let first = try await tasks.run(request("t1"))
            #expect(try await tasks.run(request("t1")).id == first.id)
            #expect(await code { _ = try await tasks.run(request("t1", "2")) } == "container-token-conflict")
            #expect(try await tasks.run(request("t2")).id != first.id)
            #expect(simulator.startedCount == 2)
            try await tasks.stop(first.id, reason: "not wanted any more")
            let ended = try await ended(first.id, tasks)
            #expect(ended.exitCode == 143 && ended.stoppedReason == "not wanted any more")
            #expect(try await tasks.run(request("t1")).isStopped)
            try await tasks.stop(first.id, reason: "again")
        }
    }

    @Test("a lack of capacity, an unknown task and a wrong key have codes of their own")
    func refusals() async throws {
        try await withTasks("exit 0", capacityRefusals: 1) { tasks, simulator in
            let refusal = await code { _ = try await tasks.run(request("t1")) }
            #expect(refusal == "container-capacity-unavailable")
            #expect(simulator.startedCount == 0)
            _ = try await tasks.run(request("t1"))
            #expect(try await tasks.describe("arn:aws:ecs:us-east-1:1:task/transcode/none") == nil)
            try await tasks.stop("arn:aws:ecs:us-east-1:1:task/transcode/none", reason: "x")
        }
        try await withTasks("exit 0", secret: "guess") { tasks, _ in
            let refusal = await code { _ = try await tasks.run(request("t1")) }
            #expect(refusal == "container-request-refused")
        }
    }

    @Test("a task killed from outside has the exit code of its signal")
    func killed() async throws {
        try await withTasks("exec sleep 60") { tasks, simulator in
            let task = try await tasks.run(request("t1"))
            simulator.destroyNewest()
            #expect(try await ended(task.id, tasks).exitCode == 137)
        }
    }
}
