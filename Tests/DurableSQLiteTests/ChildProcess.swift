import Foundation
import Glibc
import Testing

/// A run of `durable-probe`, which lies next to the test program.
final class ChildProcess {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer = Data()

    /// Starts `durable-probe` with `arguments`, possibly under another program (`strace …`).
    init(under wrapper: [String] = [], _ arguments: String...) throws {
        // A child that ended early must fail an expectation, not end the tests.
        signal(SIGPIPE, SIG_IGN)
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let probe = URL(fileURLWithPath: program).deletingLastPathComponent().appendingPathComponent("durable-probe")
            .path
        let command = wrapper + [probe] + arguments
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    var identifier: Int32 { process.processIdentifier }

    /// The next line of output; nil at the end.
    func line() -> String? {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = String(decoding: buffer[buffer.startIndex..<end], as: UTF8.self)
                buffer = Data(buffer[(end + 1)...])
                return line
            }
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { return nil }
            buffer.append(data)
        }
    }

    /// Lets the child go on where it waits for a line.
    func proceed() {
        input.fileHandleForWriting.write(Data("\n".utf8))
    }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
    }

    /// Waits for the end; the exit code, or the signal's number.
    @discardableResult
    func wait() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }
}
