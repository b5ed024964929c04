import ActivityContracts
import AsyncHTTPClient
import CloudPeers
import CloudServices
import DurableSQLite
import ECSSimulator
import Foundation
import MizzoCatalog
import MizzoWorkflows
import NIOCore
import NIOHTTP1
import Testing
import WorkflowEngine
import WorkflowStore

@testable import MizzoAPI
@testable import MizzoPlatform

@Suite("The platform on S3, SQS and ECS", .timeLimit(.minutes(4)))
struct CloudModeTests {
    /// The program that lies next to this test program.
    private static func program(_ name: String) throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// Uploads as an artist's browser would.
    private func upload(_ bytes: [UInt8], _ id: TrackID, _ fixture: PlatformFixture) async throws -> [Int] {
        let platform = fixture.platform
        let media = ObjectMedia(store: platform.objects, endpoint: platform.endpoint, now: { Date() })
        let grant = UploadGrant(
            key: MediaKeys.rawTrack(id),
            contentType: "audio/mpeg",
            byteCount: Int64(bytes.count),
            expiresAt: Date() + 900
        )
        let presigned = try await media.presign(grant)
        var request = HTTPClientRequest(url: presigned.url)
        request.method = .PUT
        for (name, value) in presigned.headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: bytes))
        var statuses: [Int] = []
        for _ in 0..<2 {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
            statuses.append(Int(response.status.code))
        }
        return statuses
    }

    /// ECS whose task definition is the transcoder with the bucket's settings.
    private static func simulator(_ resources: CloudResources) throws -> ECSSimulator {
        var variables = CloudResources.environment.merging(ProcessInfo.processInfo.environment) { first, _ in first }
        for (name, value) in resources.settings where name.hasPrefix("storage.") {
            variables["MIZZO_" + name.replacing(".", with: "_").uppercased()] = value
        }
        return ECSSimulator(
            program: try program("mizzo-transcoder"),
            environment: variables,
            credentials: AWSCredentials(
                accessKeyID: CloudPeers.accessKeyID,
                secretAccessKey: CloudPeers.secretAccessKey
            )
        )
    }

    @Test("an upload to S3 becomes a track, transcoded in a container and played through the API's store")
    func publishes() async throws {
        let resources = try await CloudResources.make()
        let simulator = try Self.simulator(resources)
        try await simulator.withServer { url in
            let ecs = [
                "transcoding.runner": "ecs", "ecs.endpoint": url, "ecs.task-definition": "transcoder:1",
                "ecs.subnets": "subnet-1, subnet-2", "ecs.poll-seconds": "1",
            ]
            let fixture = try await PlatformFixture(
                resources.settings.merging(ecs) { first, _ in first },
                environment: CloudResources.environment
            )
            let id = try #require(TrackID(rawValue: "track-s3"))
            try await fixture.working { _ in
                try await fixture.register(id)
                #expect(try await upload(PlatformFixture.audio, id, fixture) == [200, 412])
                try await fixture.until { try await fixture.status(id) == (.reviewing, .completed) }
                try await fixture.approve(id)
                try await fixture.until { try await fixture.status(id).0 == .published }
                try await check(id, fixture)
            }
            #expect(simulator.startedCount == 1)
        }
    }

    /// The ticket is sealed with the hash of what was transcoded, and players find every file of the result.
    private func check(_ id: TrackID, _ fixture: PlatformFixture) async throws {
        let platform = fixture.platform
        let ticket = try await platform.database.read { try Catalog.uploadTicket(UploadID(audioOf: id), in: $0) }
        #expect(ticket?.sealed?.byteCount == Int64(PlatformFixture.audio.count))
        #expect(ticket?.sealed?.sha256?.utf8.count == 64)
        let media = ObjectMedia(store: platform.objects, endpoint: platform.endpoint, now: { Date() })
        for name in ["master.m3u8", "high.m3u8", "low.m3u8", "high_000.aac", "low_000.aac"] {
            let object = try #require(try await media.object(MediaKeys.transcoded(id, file: name)), "\(name)")
            guard case .stream(let open) = object.source else {
                Issue.record("\(name) is no stream")
                continue
            }
            var count = 0
            for try await chunk in try await open(0..<object.size) { count += chunk.readableBytes }
            #expect(Int64(count) == object.size, "\(name)")
        }
        #expect(try await media.object("transcoded-track/none/master.m3u8") == nil)
    }

    /// Five uploads that the bucket announces itself, twenty events of versions that are gone, and a message that is none.
    private func sendEvents(_ resources: CloudResources, _ fixture: PlatformFixture) async throws {
        for number in 0..<5 {
            try await fixture.put("raw-track/track-10\(number).mp3", [UInt8(number)])
        }
        for number in 0..<20 {
            let event = """
                {"Records":[{"eventVersion":"2.1","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":\
                "\(resources.bucket)"},"object":{"key":"raw-track/track-10\(number % 7).mp3","size":1,"eTag":"outdated"}}}]}
                """
            try await fixture.platform.uploadEvents.send(event)
        }
        try await fixture.platform.uploadEvents.send("no event")
    }

    @Test("duplicate, outdated and foreign events from SQS make one run per upload")
    func exactlyOnce() async throws {
        let resources = try await CloudResources.make()
        let fixture = try await PlatformFixture(
            resources.settings.merging(["worker.transcoding-slots": "256"]) { first, _ in first },
            environment: CloudResources.environment
        )
        let (platform, queue) = (fixture.platform, fixture.platform.uploadEvents)
        try await sendEvents(resources, fixture)
        let ingest = platform.uploadIngest()
        var total = TakeUploads.Counts()
        // The bucket's own events may come late, and a queue may answer with nothing although it holds something.
        var left = try await queue.counts()
        while total.accepted < 5 || left.visible + left.inFlight > 0 {
            total.add(try await ingest.takeBatch())
            left = try await queue.counts()
        }
        // On a slow machine a message is seen again after its visibility timeout, and is counted again; runs are not.
        #expect(total.accepted >= 5 && total.rejected >= 1)
        #expect(try await platform.workflows.store.runs(RunFilter(limit: 100)).count == 5)
        #expect(try await platform.deadUploadEvents(limit: 10).count == 1)
        await platform.close()
    }

    @Test(
        "combinations that cannot work are refused before anything starts",
        arguments: [
            ["storage.kind": "s3"], ["queue.kind": "sqs"], ["transcoding.runner": "ecs"],
            ["storage.kind": "s3", "queue.kind": "sqs", "aws.region": "us-east-1"],
            ["storage.kind": "s3", "queue.kind": "sqs", "queue.url": "http://h/1/q"],
            [
                "storage.kind": "s3", "queue.kind": "sqs", "queue.url": "http://h/1/q", "aws.region": "r",
                "transcoding.runner": "ecs",
            ],
        ]
    )
    func combinations(_ flags: [String: String]) async throws {
        let error = await #expect(throws: ConfigurationError.self) {
            try await PlatformConfiguration.read(flags: flags, file: nil, environment: [:], coreCount: 1)
        }
        #expect(error?.code == "configuration-combination-invalid")
    }

    @Test("a missing bucket or queue stops a daemon with a reason, and credentials are never printed")
    func unusable() async throws {
        let resources = try await CloudResources.make()
        for wrong in [["storage.bucket": "no-such-bucket-here"], ["queue.url": resources.queueURL + "-missing"]] {
            let fixture = try await PlatformFixture(
                wrong.merging(resources.settings) { first, _ in first },
                environment: CloudResources.environment
            )
            let error = await #expect(throws: ConfigurationError.self) { try await fixture.platform.workerServices() }
            #expect(error?.code == "cloud-unusable")
            var dumped = ""
            dump(fixture.platform.configuration, to: &dumped)
            #expect(!dumped.contains(CloudPeers.secretAccessKey))
            await fixture.platform.close()
        }
    }
}
