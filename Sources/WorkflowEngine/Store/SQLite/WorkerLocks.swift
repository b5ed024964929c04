import DurableSQLite
import FoundationEssentials
import Glibc
import Synchronization
import WorkflowCore

/// Which worker processes are alive: each holds a lock on `<database path>-workers/<worker key>.lock`, and the kernel
/// drops it when the process dies.
final class WorkerLocks: Sendable {
    private let directory: String
    private let held = Mutex<[WorkerKey: ProcessLock]>([:])

    init(databasePath: String) { directory = databasePath + "-workers" }

    /// Takes the worker's lock. Taking it again, when its registration is redone, changes nothing.
    func hold(_ worker: WorkerKey) throws {
        try held.withLock { held in
            guard held[worker] == nil else { return }
            mkdir(directory, 0o700)
            held[worker] = try ProcessLock.acquire(path(worker))
        }
    }

    /// Gives the worker's lock up. The file of a worker that died elsewhere is removed: keys are never used again.
    func release(_ worker: WorkerKey) {
        if let lock = held.withLock({ $0.removeValue(forKey: worker) }) {
            lock.release()
        } else {
            unlink(path(worker))
        }
    }

    /// Removes lock files nobody needs: those of workers that are not in `registered`. They are left when a process dies
    /// between removing a dead worker's row and its file.
    func sweep(keeping registered: [WorkerKey]) {
        let needed = Set(registered.map { "\($0).lock" })
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        where name.hasSuffix(".lock") && !needed.contains(name) {
            unlink("\(directory)/\(name)")
        }
    }

    func releaseAll() {
        let locks = held.withLock { held in
            defer { held = [:] }
            return Array(held.values)
        }
        for lock in locks { lock.release() }
    }

    func isHeld(_ worker: WorkerKey) throws -> Bool { try ProcessLock.isHeld(path(worker)) }

    private func path(_ worker: WorkerKey) -> String { "\(directory)/\(worker).lock" }
}
