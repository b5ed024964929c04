import Foundation
import Glibc
import Synchronization

/// A program of this package, running as a process (and process group) of its own, its output in a file.
final class DaemonProcess: Sendable {
    enum Ending: Hashable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    let name: String
    let identifier: pid_t
    let spawnedAt = ContinuousClock.now
    private let ending = Mutex<Ending?>(nil)

    /// Starts the program `name` that lies next to the test program.
    init(_ name: String, arguments: [String], log: String, environment: [String: String]) throws {
        self.name = name
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent(name).path
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var child: pid_t = 0
        let code = withPointers([program] + arguments) { argv in
            withPointers(environment.map { "\($0)=\($1)" }) { envp in
                posix_spawn(&child, program, &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else { throw CannotSpawn(program: program, reason: String(cString: strerror(code))) }
        identifier = child
    }

    struct CannotSpawn: Error {
        let program: String
        let reason: String
    }

    /// How the process ended; `nil` while it runs.
    func poll() -> Ending? {
        ending.withLock { ending in
            if let ending { return ending }
            var status: Int32 = 0
            guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
            ending = status & 0x7f == 0 ? .exit((status >> 8) & 0xff) : .signal(status & 0x7f)
            return ending
        }
    }

    /// Sends the signal unless the process has ended.
    func send(_ signal: Int32) {
        if poll() == nil { kill(identifier, signal) }
    }

    /// Waits for the end; `nil` if it does not come.
    func wait(atMost limit: Duration) async throws -> Ending? {
        _ = try await becomesTrue(within: limit) { poll() != nil }
        return poll()
    }

    /// Kills the whole group and reaps the process. For the end of a test, however it ends.
    func destroy() {
        kill(-identifier, SIGKILL)
        var status: Int32 = 0
        if poll() == nil { waitpid(identifier, &status, 0) }
    }
}

private func withPointers<Value>(
    _ texts: [String],
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("an array with an element has no memory") }
        return body(base)
    }
}
