import DurableSQLite
import Foundation
import GRDB
import MizzoPlatform
import MizzoWorkflows
import Testing
import WorkflowEngine
import WorkflowStore

/// What has to be true when every run has finished.
struct EndChecks {
    let installation: Installation
    let journal: Journal

    /// With both daemons still at work.
    func whileRunning() async throws {
        try await runs()
        try await signals()
        try await effects()
        try await tracks()
        try await leftovers()
        #expect(try installation.livingProcesses().count >= 2, "the daemons are not recognised as processes")
        #expect(try await installation.count("SELECT count(*) FROM workers") == 1, "dead workers are still listed")
        for worker in try await installation.store.workers() {
            #expect(worker.isAlive, "\(worker.registration.identity) is dead and still listed")
        }
    }

    /// With both daemons stopped.
    func afterStop() async throws {
        #expect(try await installation.rows("SELECT * FROM workers").isEmpty, "a stopped worker is still listed")
        #expect(try await installation.rows("PRAGMA integrity_check") == ["integrity_check=\"ok\""])
        #expect(try await installation.rows("PRAGMA foreign_key_check").isEmpty)
        #expect(try installation.livingProcesses().isEmpty, "processes are left")
        let locks = (try? FileManager.default.contentsOfDirectory(atPath: workerLocks)) ?? []
        #expect(locks.isEmpty, "lock files of workers that are gone: \(locks.count)")
    }

    private var workerLocks: String { installation.platform.configuration.database + "-workers" }

    private func runs() async throws {
        let unfinished = try await installation.rows(
            """
            SELECT workflow_id, status, blocked IS NOT NULL FROM runs
            WHERE status <> 2 AND workflow_type <> 'FollowUploads'
            """
        )
        #expect(unfinished.isEmpty, "every run completes")
        let followers = try await installation.rows(
            "SELECT status, blocked IS NULL AS fine FROM runs WHERE workflow_type = 'FollowUploads'"
        )
        #expect(followers == ["status=1 fine=1"], "one run takes uploads, ever")
        let exercises = try await installation.count("SELECT count(*) FROM runs WHERE workflow_type = 'Exercise'")
        #expect(exercises == journal.starts.count, "as many exercises as were started")
        for start in journal.starts {
            let run = try await installation.store.run(RunTarget(start.workflowID, runID: start.runID))
            #expect(run != nil, "\(start.workflowID): its start was acknowledged")
        }
    }

    private func signals() async throws {
        let client = WorkflowClient(installation.platform.workflows)
        for start in journal.starts {
            let handle = client.handle(Exercise.self, id: start.workflowID, runID: start.runID)
            let recorded = try await handle.history().compactMap { event -> String? in
                guard case .workflowExecutionSignaled(let signal) = event.attributes else { return nil }
                return signal.requestID
            }
            #expect(recorded == start.signals, "\(start.workflowID): every acknowledged signal once, in order")
        }
    }

    private func effects() async throws {
        let lines = try ledgerLines()
        #expect(Set(lines.map(\.key)).count == lines.count, "an idempotency key stands twice in the ledger")
        let labels = lines.map(\.label)
        let expected = journal.starts.flatMap { start in
            ["first", "second", "branch"].flatMap { half in
                (0..<start.steps).map { "\(start.workflowID)/\(half)/\($0)" }
            }
        }
        let (missing, surplus) = (Set(expected).subtracting(labels), Set(labels).subtracting(expected))
        #expect(missing.isEmpty && surplus.isEmpty, "every effect of every acknowledged start, and no other")
        #expect(Set(labels).count == labels.count, "every effect once")
    }

    private struct LedgerLine {
        let key: String
        let label: String
        let attempt: Int
    }

    private func ledgerLines() throws -> [LedgerLine] {
        let content = try String(contentsOfFile: installation.ledger, encoding: .utf8)
        // A line without its final full stop was cut off by a kill and does not count.
        return content.split(separator: "\n").filter { $0.hasSuffix(".") }.compactMap { line in
            let parts = line.dropLast().split(separator: "\t").map(String.init)
            guard parts.count == 3, let attempt = Int(parts[2]) else { return nil }
            return LedgerLine(key: parts[0], label: parts[1], attempt: attempt)
        }
    }

    /// How many effects were recorded by an attempt that died before its completion was: the next one must not repeat them.
    func spared() async throws -> Int {
        let client = WorkflowClient(installation.platform.workflows)
        var completed: Set<String> = []
        for start in journal.starts {
            let events = try await client.handle(Exercise.self, id: start.workflowID, runID: start.runID).history()
            for attempt in AttemptRecord.completed(in: events) {
                completed.insert("\(start.runID)/\(attempt.scheduledEventID) \(attempt.attempt)")
            }
        }
        return try ledgerLines().count { !completed.contains("\($0.key) \($0.attempt)") }
    }

    private func tracks() async throws {
        let (approved, refused) = (Set(journal.approvedTracks), Set(journal.refusedTracks))
        #expect(approved.union(refused) == Set(journal.registeredTracks), "every registered track has an end")
        for track in approved { try await check(track, "PUBLISHED", told: ["track-published", "track-reviewing"]) }
        for track in refused { try await check(track, "FAILED", told: ["track-failed"]) }
        #expect(try await installation.count("SELECT count(*) FROM track") == journal.registeredTracks.count)
        let runs = try await installation.count("SELECT count(*) FROM runs WHERE workflow_type = 'PublishTrack'")
        #expect(runs >= journal.registeredTracks.count)
        #expect(try await installation.platform.deadUploadEvents(limit: 10).isEmpty, "upload events were given up")
        #expect(try await installation.count("SELECT count(*) FROM cloudMessage") == 0, "upload events are left")
    }

    private func check(_ track: String, _ status: String, told kinds: [String]) async throws {
        let runs = try await installation.rows(
            "SELECT status FROM runs WHERE workflow_id = ?",
            PublishTrack.id(trackID: track).rawValue
        )
        #expect(runs == ["status=2"], "exactly one completed run publishes \(track)")
        #expect(try await installation.rows("SELECT status FROM track WHERE id = ?", track) == ["status=\"\(status)\""])
        let told = try await installation.rows("SELECT kind FROM notification WHERE trackID = ? ORDER BY kind", track)
        #expect(told == kinds.map { "kind=\"\($0)\"" }, "\(track): each notification once")
    }

    private func leftovers() async throws {
        let closed = "tasks WHERE activity_type <> 'TakeUploads'"
        for table in [closed, "timers", "inbox"] {
            let rows = try await installation.rows("SELECT * FROM \(table) LIMIT 5")
            #expect(rows.isEmpty, "rows of closed runs are left in \(table)")
        }
    }
}
