import Foundation
import Synchronization

/// A server of another project as a child process on a free port of this machine. It ends with this process, however that ends.
package final class PeerProcess: Sendable {
    /// `http://127.0.0.1:<port>`.
    package let url: String
    private let process: Mutex<Process>
    /// Kept open: the end of this file is what ends the child.
    private let lifeline: FileHandle

    /// A peer could not be started.
    package struct Unavailable: Error, CustomStringConvertible {
        package let description: String
    }

    /// The folder with the pinned programs.
    package static let tools = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: ".cloud-tools/bin").path(percentEncoded: false)

    /// The path of a program that `scripts/cloud-tools.sh` installs.
    /// - Throws: ``Unavailable`` when it is not there.
    package static func program(_ name: String) throws -> String {
        let path = "\(tools)/\(name)"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Unavailable(description: "\(name) is missing. Run: make setup")
        }
        return path
    }

    /// Starts a program and waits until it says where it listens.
    package static func start(_ name: String, _ arguments: [String]) async throws -> PeerProcess {
        let (process, output, input) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: "/bin/sh")
        // The shell waits for the end of its input and then ends the server.
        let script = "\"$@\" & child=$!; cat >/dev/null; kill -9 $child 2>/dev/null; wait $child"
        process.arguments = ["-c", script, "sh", try program(name)] + arguments
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, output)
        let texts = texts(of: output.fileHandleForReading)
        try process.run()
        var said = ""
        for await text in texts {
            said += text
            guard let match = said.firstMatch(of: /http:\/\/127\.0\.0\.1:(\d+)/) else { continue }
            let url = "http://127.0.0.1:\(match.1)"
            return PeerProcess(url: url, process: process, lifeline: input.fileHandleForWriting)
        }
        throw Unavailable(description: "\(name) ended before it listened: \(said)")
    }

    /// What is written to a pipe, read to its end whether or not anybody still listens.
    private static func texts(of pipe: FileHandle) -> AsyncStream<String> {
        let (texts, continuation) = AsyncStream<String>.makeStream()
        pipe.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                continuation.finish()
            } else {
                continuation.yield(String(decoding: data, as: UTF8.self))
            }
        }
        return texts
    }

    private init(url: String, process: sending Process, lifeline: FileHandle) {
        self.url = url
        self.process = Mutex(process)
        self.lifeline = lifeline
    }

    deinit {
        try? lifeline.close()
        process.withLock { $0.waitUntilExit() }
    }
}
