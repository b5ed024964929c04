import DurableSQLite
import Foundation
import Testing

@Suite("Process lock")
struct ProcessLockTests {
    @Test("a lock is held by one holder at a time, and its file goes when it is released")
    func exclusive() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("worker.lock")
        #expect(try !ProcessLock.isHeld(path))
        let lock = try ProcessLock.acquire(path)
        #expect(try ProcessLock.isHeld(path))
        let error = #expect(throws: DatabaseFailure.self) { try ProcessLock.acquire(path) }
        #expect(error?.code == "process-lock-held")
        lock.release()
        lock.release()
        #expect(try !ProcessLock.isHeld(path))
        #expect(!FileManager.default.fileExists(atPath: path))
        let second = try ProcessLock.acquire(path)
        #expect(try ProcessLock.isHeld(second.path))
    }

    @Test("a lock ends with its last reference")
    func dropped() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("worker.lock")
        _ = try ProcessLock.acquire(path)
        #expect(try !ProcessLock.isHeld(path))
    }

    @Test("a killed process no longer holds its lock, though its file remains")
    func killed() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("worker.lock")
        let child = try ChildProcess("hold", path)
        #expect(child.line() == "held")
        #expect(try ProcessLock.isHeld(path))
        child.kill()
        child.wait()
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(try !ProcessLock.isHeld(path))
        _ = try ProcessLock.acquire(path)
    }

    @Test("a child process does not inherit the lock")
    func notInherited() throws {
        let directory = try TemporaryDirectory()
        let lock = try ProcessLock.acquire(directory.file("parent.lock"))
        let child = try ChildProcess("hold", directory.file("child.lock"))
        #expect(child.line() == "held")
        let links = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(child.identifier)/fd").compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(child.identifier)/fd/\($0)")
        }
        #expect(links.contains { $0.contains("child.lock") })
        #expect(!links.contains { $0.contains("parent.lock") })
        lock.release()
        child.proceed()
        child.wait()
    }
}
