import Foundation
import MizzoCatalog
import MizzoPlatform
import Testing
import WorkflowEngine

/// All lanes, and the siege among them.
struct Load {
    private let installation: Installation
    private let plan: CrashPlan
    private let artist: APIClient
    private let admin: APIClient
    private let audio: Data

    /// How long everything may take to finish when the kills are over.
    private static let patience = Duration.seconds(90)

    static func prepare(_ installation: Installation, _ plan: CrashPlan) async throws -> Load {
        let platform = installation.platform
        try await platform.putUser("artist", role: .artist, name: "Artist")
        try await platform.putUser("admin", role: .admin, name: "Admin")
        return Load(
            installation: installation,
            plan: plan,
            artist: APIClient(
                baseURL: installation.baseURL,
                token: try await platform.mintToken(user: "artist", lifetime: 3600)
            ),
            admin: APIClient(
                baseURL: installation.baseURL,
                token: try await platform.mintToken(user: "admin", lifetime: 3600)
            ),
            audio: try song(in: installation.folder)
        )
    }

    /// Half a second of a tone as MP3.
    private static func song(in folder: String) throws -> Data {
        let (path, process) = (folder + "/song.mp3", Process())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=0.5", path]
        try process.run()
        process.waitUntilExit()
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    /// Runs the lanes until `siege` is over and they have finished what they began.
    func run(_ journal: Journal, during siege: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            addLanes(to: &group, journal)
            do {
                try await siege()
                journal.stop()
                try await finish(&group)
            } catch {
                group.cancelAll()
                throw error
            }
        }
    }

    private func addLanes(to group: inout ThrowingTaskGroup<Void, any Error>, _ journal: Journal) {
        let client = WorkflowClient(installation.platform.workflows)
        for number in 1...plan.lanes {
            let random = SeededRandom(seed: plan.seed, stream: UInt64(number))
            let lane = ExerciseLane(number: number, client: client, journal: journal, random: random)
            group.addTask {
                var lane = lane
                try await lane.run()
            }
        }
        for number in 1...(plan.trackLanes + plan.noiseLanes) {
            let isAudio = number <= plan.trackLanes
            let lane = TrackLane(
                number: number,
                artist: artist,
                admin: admin,
                content: isAudio ? audio : Data("this is no audio".utf8),
                isAudio: isAudio,
                journal: journal
            )
            group.addTask { [plan] in try await lane.run(tracks: isAudio ? plan.tracksPerLane : nil) }
        }
    }

    private func finish(_ group: inout ThrowingTaskGroup<Void, any Error>) async throws {
        group.addTask {
            try await pause(Self.patience)
            throw LanesStuck()
        }
        for _ in 0..<(plan.lanes + plan.trackLanes + plan.noiseLanes) {
            do {
                try await group.next()
            } catch is LanesStuck {
                return try await reportOpenRuns(&group)
            }
        }
        // Lyrics are made beside the publication, and wait longer after every attempt that was lost.
        var looks = 0
        let open = "SELECT count(*) FROM runs WHERE status = 1 AND workflow_type <> 'FollowUploads'"
        while looks < 300, try await installation.count(open) > 0 {
            try await pause(.milliseconds(200))
            looks += 1
        }
        group.cancelAll()
        do { try await group.waitForAll() } catch is CancellationError {}
    }

    private struct LanesStuck: Error {}

    private func reportOpenRuns(_ group: inout ThrowingTaskGroup<Void, any Error>) async throws {
        for program in Installation.Program.allCases {
            print("--- \(program.rawValue)\n\(installation.logTail(of: program))")
        }
        for table in ["runs WHERE status = 1", "tasks", "timers", "workers"] {
            print(
                "--- \(table)\n\(try await installation.rows("SELECT * FROM \(table) LIMIT 30").joined(separator: "\n"))"
            )
        }
        Issue.record("runs did not finish within \(Self.patience) after the last kill")
        group.cancelAll()
        throw LanesStuck()
    }
}
