import Foundation

/// This program once more, in another role: for what only a process of its own can show, or survive.
final class ChildProcess: Sendable {
    private let process: Process
    private let input = Pipe()
    private let lines: AsyncStream<String>
    /// When it was started, by the clock that all processes share.
    let startedAt: Double

    /// Starts it.
    init(_ role: ChildRole, path: String, count: Int = 0) throws {
        let output = Pipe()
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["child", role.rawValue, "--path", path, "--count", "\(count)"]
        process.standardInput = input
        process.standardOutput = output
        let (lines, continuation) = AsyncStream<String>.makeStream()
        self.lines = lines
        startedAt = ProcessUsage.monotonicSeconds
        try process.run()
        let thread = Thread {
            while let line = output.fileHandleForReading.nextLine() { continuation.yield(line) }
            continuation.finish()
        }
        thread.start()
    }

    /// The numbers of the next line that begins with `word`.
    func numbers(after word: String) async throws -> [Double] {
        for await line in lines {
            let parts = line.split(separator: " ")
            if parts.first == Substring(word) { return parts.dropFirst().compactMap { Double($0) } }
        }
        throw BenchError("the child process ended before it said \"\(word)\"")
    }

    /// Ends it as a crash would, and returns when it is gone.
    func kill() {
        _ = Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Asks it to end, and returns when it has.
    func finish() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

extension FileHandle {
    /// The next line without its end; `nil` at the end of the file.
    fileprivate func nextLine() -> String? {
        var bytes: [UInt8] = []
        while let byte = (try? read(upToCount: 1))?.first {
            if byte == 0x0A { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }
}
