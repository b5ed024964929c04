import DurableSQLite
import Foundation
import GRDB
import Synchronization
import Testing

/// Lets flushes pass, or holds them.
final class FlushGate: Sendable {
    private let condition = NSCondition()
    private let isClosed = Mutex(false)
    private let result = Mutex<Int32>(0)
    private let (waits, waiting) = AsyncStream.makeStream(of: Void.self)

    func close() { isClosed.withLock { $0 = true } }

    /// - Parameter result: what the flushes that wait, and all later ones, come to.
    func open(result: Int32 = 0) {
        condition.withLock {
            self.result.withLock { $0 = result }
            isClosed.withLock { $0 = false }
            condition.broadcast()
        }
    }

    func pass() -> Int32 {
        condition.withLock {
            while isClosed.withLock({ $0 }) {
                waiting.yield()
                condition.wait()
            }
        }
        return result.withLock { $0 }
    }

    /// Returns when a flush has come to the closed gate.
    func flushWaits() async {
        for await _ in waits { return }
    }
}

extension DurableDatabase {
    /// An insert under way.
    func pending(_ content: String, then done: @escaping @Sendable () -> Void) -> Task<Void, Never> {
        Task {
            do { try await insert(content) } catch { Issue.record(error) }
            done()
        }
    }

    /// Two inserts that share a group. The writer flushes for a single one itself, as nobody waits for it.
    func pendingPair(_ content: String, then done: @escaping @Sendable () -> Void) -> Task<Void, Never> {
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        asOneGroup {
            for text in [content, content + ", too"] {
                let insert = "INSERT INTO entry (content) VALUES (?)"
                submit {
                    try $0.execute(sql: insert, arguments: [text])
                } completion: { _ in
                    done()
                    ended.yield()
                }
            }
        }
        return Task {
            var left = 2
            for await _ in ends {
                left -= 1
                if left == 0 { return }
            }
        }
    }
}

/// Expects `database-failed`.
func expectDatabaseFailed(_ body: () async throws -> Void) async {
    let error = await #expect(throws: DatabaseFailure.self) { try await body() }
    #expect(error?.code == "database-failed")
}
