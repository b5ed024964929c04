import FoundationEssentials
import Glibc
import Testing

@testable import LyricsSync

@Suite("External programs", .timeLimit(.minutes(1)))
struct BoundedToolTests {
    /// A script that leaves a grandchild's process id in `pid` and then waits.
    static let script = "sleep 300 & echo $! > pid.tmp; mv pid.tmp pid; wait"

    static func grandchild(in directory: String) async throws -> pid_t {
        while true {
            if let text = try? String(contentsOf: URL(filePath: directory + "/pid"), encoding: .utf8) {
                return try #require(pid_t(text.filter(\.isNumber)))
            }
            await Task.yield()
        }
    }

    /// Gone, or a zombie that nobody has collected yet.
    static func isGone(_ pid: pid_t) -> Bool {
        guard kill(pid, 0) == 0 else { return true }
        let stat = try? String(contentsOf: URL(filePath: "/proc/\(pid)/stat"), encoding: .utf8)
        return stat?.contains(") Z ") ?? true
    }

    @Test("cancellation ends the program and everything it started")
    func cancellation() async throws {
        try await withTemporaryDirectory { directory in
            let tool = BoundedTool(launcher: [], timeLimit: .seconds(60))
            let run = Task { try await tool.run("/bin/sh", ["-c", Self.script], in: directory) }
            let pid = try await Self.grandchild(in: directory)
            run.cancel()
            await #expect(throws: CancellationError.self) { try await run.value }
            #expect(Self.isGone(pid))
        }
    }

    @Test("a program that takes too long is ended and reported")
    func timeLimit() async throws {
        try await withTemporaryDirectory { directory in
            let tool = BoundedTool(launcher: [], timeLimit: .milliseconds(400))
            await #expect(throws: ToolFailure.self) {
                try await tool.run("/bin/sh", ["-c", Self.script], in: directory)
            }
            let pid = try await Self.grandchild(in: directory)
            #expect(Self.isGone(pid))
        }
    }

    @Test("a missing program is a failure with its name")
    func missing() async throws {
        try await withTemporaryDirectory { directory in
            let tool = BoundedTool(launcher: [], timeLimit: .seconds(5))
            await #expect(throws: ToolFailure.self) { try await tool.run(directory + "/none", [], in: directory) }
        }
    }
}
