import Glibc
import Testing
import WorkflowEngine

/// Kills daemons at random moments, restarts them at once, and watches what they make of it.
struct Siege {
    private typealias Program = Installation.Program

    private let installation: Installation
    private var random: SeededRandom
    private var daemons: [Installation.Program: DaemonProcess] = [:]
    /// Restarted, and not seen to work yet.
    private var starting: Set<Installation.Program> = []
    /// Of those, the ones nobody looked at since their start: when they worked is not known, so it is not measured.
    private var unwatched: Set<Installation.Program> = []
    /// What the starting worker had not taken up yet when it was looked at last.
    private var untaken: [String] = []
    private(set) var memory: HistoryMemory
    private(set) var measurements = Measurements()

    /// Longest restart that is tolerated, however busy the machine is.
    static let restartLimit = Duration.seconds(10)

    init(_ installation: Installation, seed: UInt64) {
        self.installation = installation
        random = SeededRandom(seed: seed, stream: 0)
        memory = HistoryMemory(installation.store)
    }

    mutating func run(kills: Int, _ journal: Journal) async throws {
        for program in Program.allCases { try start(program) }
        try await awaitStarting()
        for _ in 0..<kills {
            // One kill in four does not wait until the last one's victims work again.
            if random.oneIn(4) { unwatched = starting } else { try await awaitStarting() }
            try await pause(interval())
            try await strike(journal)
        }
        try await awaitStarting()
    }

    /// 5 to 1500 ms, evenly over the orders of magnitude: many kills soon after a restart, some long after.
    private mutating func interval() -> Duration {
        let exponent = Double.random(in: log(5.0)...log(1500.0), using: &random)
        return .microseconds(Int(exp(exponent) * 1000))
    }

    private func awaitAnswer(_ journal: Journal) async throws {
        let (answers, end) = (journal.answers, ContinuousClock.now + .milliseconds(500))
        while journal.answers == answers, ContinuousClock.now < end { try await pause(.milliseconds(1)) }
    }

    // MARK: Killing

    private mutating func strike(_ journal: Journal) async throws {
        let drawn: [[Program]] = [[.worker], [.worker], [.api], [.worker, .api]]
        var victims = drawn[Int.random(in: drawn.indices, using: &random)]
        // A transcoding is tried six times, deaths of its worker included: its last attempts are spared, also those that wait
        // and may begin before the blow falls.
        if try await installation.count(Self.lastAttempts) > 0 { victims = [.api] }
        let open = try await memory.check()
        let worker = daemons[.worker]?.identifier ?? 0
        let attempts = try await installation.count(Self.attempts, Int(worker))
        // One kill in three comes as soon after an acknowledgement as possible: was it true?
        if random.oneIn(3) { try await awaitAnswer(journal) }
        let hits = try await kill(victims)
        measurements.moments.append(
            .init(
                programs: victims.map(\.rawValue),
                hitRunning: hits == victims.count,
                openRuns: open,
                runningAttempts: victims.contains(.worker) ? attempts : 0
            )
        )
    }

    /// Kills them at once, and starts them again as soon as they are dead.
    ///
    /// - Returns: how many were running.
    private mutating func kill(_ victims: [Program]) async throws -> Int {
        for victim in victims { reportEnding(victim) }
        let hits = victims.count { daemons[$0]?.poll() == nil }
        for victim in victims { daemons[victim]?.send(SIGKILL) }
        for victim in victims {
            let ending = try await daemons[victim]?.wait(atMost: .seconds(5))
            #expect(ending != nil, "\(victim.rawValue) survived SIGKILL")
            if starting.contains(victim) { measurements.killedWhileStarting += 1 }
            try start(victim)
            unwatched.remove(victim)
        }
        if victims.contains(.worker) { try await checkChildren() }
        return hits
    }

    /// What a killed worker was running (ffmpeg, its sandbox) has to die with it.
    private mutating func checkChildren() async throws {
        let daemons = Set(daemons.values.map(\.identifier))
        let orphans = try installation.livingProcesses().filter { !daemons.contains($0.key) }
        guard !orphans.isEmpty else { return }
        measurements.orphanedProcesses += orphans.count
        let areGone = try await becomesTrue(within: .seconds(1)) {
            // One that is dead and not reaped yet has no mounts, arguments or environment any more.
            try installation.livingProcesses().keys.allSatisfy { orphans[$0] == nil }
        }
        #expect(areGone, "processes of a killed worker live on: \(orphans.values.joined(separator: "; "))")
    }

    private static let lastAttempts = """
        SELECT count(*) FROM tasks WHERE activity_type = 'TranscodeTrack' AND attempt >= 5
        """
    private static let attempts = """
        SELECT count(*) FROM tasks WHERE state = 1
            AND activity_type <> 'TakeUploads'
            AND worker IN (SELECT worker_key FROM workers WHERE process_id = ?)
        """

    private mutating func start(_ program: Program) throws {
        daemons[program] = try installation.spawn(program)
        if program == .worker { untaken = [] }
        starting.insert(program)
    }

    private func reportEnding(_ program: Program) {
        guard let ending = daemons[program]?.poll() else { return }
        Issue.record(
            "\(program.rawValue) ended by itself (\(ending)):\n\(installation.logTail(of: program))"
        )
    }

    // MARK: Restarting

    /// Waits for all at once, so that each one's time is its own.
    private mutating func awaitStarting() async throws {
        var registered: Duration?
        let spawned = starting.compactMap { daemons[$0]?.spawnedAt }.max() ?? .now
        while !starting.isEmpty, ContinuousClock.now - spawned < Self.restartLimit {
            for program in starting {
                guard let daemon = daemons[program] else { continue }
                if daemon.poll() != nil { reportEnding(program) }
                switch program {
                case .api where await APIClient.isReady(installation.baseURL): break
                case .worker where try await isWorking(daemon, registered: &registered): break
                default: continue
                }
                starting.remove(program)
                guard unwatched.remove(program) == nil else { continue }
                measurements.add(program, working: elapsed(daemon), registered: registered, last: untaken)
            }
            try await pause(.milliseconds(5))
        }
        for program in starting {
            Issue.record("\(program.rawValue) does not work:\n\(installation.logTail(of: program))")
        }
        starting = []
    }

    private func elapsed(_ daemon: DaemonProcess) -> Duration { ContinuousClock.now - daemon.spawnedAt }

    /// Registered; nobody dead is left; and nothing whose time has come waits for somebody to take it up.
    private mutating func isWorking(_ daemon: DaemonProcess, registered: inout Duration?) async throws -> Bool {
        let process = Int(daemon.identifier)
        guard try await installation.count("SELECT count(*) FROM workers WHERE process_id = ?", process) > 0 else {
            return false
        }
        registered = registered ?? elapsed(daemon)
        let waiting = try await installation.rows(Self.waiting, process)
        if !waiting.isEmpty { untaken = waiting }
        return waiting.isEmpty
    }

    private static let waiting = """
        WITH clock AS (SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS now)
        SELECT 'worker' AS kind, process_id AS name, NULL AS milliseconds FROM workers WHERE process_id <> ?
        UNION ALL SELECT 'run', workflow_id, now - wake_at FROM runs, clock
            WHERE status = 1 AND owner = 0 AND wake_at <= now
        UNION ALL SELECT 'task', activity_type, now - visible_at FROM tasks, clock
            WHERE state = 0 AND task_queue = 'default' AND visible_at <= now
        UNION ALL SELECT 'lost task', activity_type, NULL FROM tasks
            WHERE state = 1 AND worker NOT IN (SELECT worker_key FROM workers)
        """

    // MARK: Ending

    /// Stops the daemons as an operator would.
    mutating func end() async throws {
        try await memory.checkAll()
        for program in Program.allCases { daemons[program]?.send(SIGTERM) }
        for program in Program.allCases {
            let ending = try await daemons[program]?.wait(atMost: .seconds(20))
            #expect(ending == .exit(0), "\(program.rawValue) did not stop gracefully")
        }
    }
}
