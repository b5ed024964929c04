import Glibc
import Testing

@testable import CloudServices

@Suite("File work that blocks")
struct BlockingWorkTests {
    @Test("it has threads of its own: an fsync takes none from Swift's tasks")
    func threads() async throws {
        let tasks = await withTaskGroup(of: pthread_t.self, returning: Set<pthread_t>.self) { group in
            for _ in 0..<200 { group.addTask { pthread_self() } }
            return await group.reduce(into: []) { $0.insert($1) }
        }
        let files = try await withThrowingTaskGroup(of: pthread_t.self, returning: Set<pthread_t>.self) { group in
            for _ in 0..<200 { group.addTask { try await BlockingWork.run { pthread_self() } } }
            return try await group.reduce(into: []) { $0.insert($1) }
        }
        #expect(!tasks.isEmpty && !files.isEmpty && tasks.isDisjoint(with: files))
    }
}
