import Dispatch
import Glibc
import WorkflowCore
import WorkflowStore

extension OperatorEnvironment {
    /// The environment of this process. Ignores SIGPIPE for the whole process, so that a closed pipe is an error of one
    /// write and not the end of the process in the middle of a transaction.
    ///
    /// - Parameters:
    ///   - openStore: opens the database file at a path.
    ///   - explain: words for the errors of that store.
    package static func live(
        openStore: @escaping @Sendable (String) async throws -> any WorkflowStore,
        explain: @escaping @Sendable (any Error) -> CommandFailure? = { _ in nil }
    ) -> OperatorEnvironment {
        signal(SIGPIPE, SIG_IGN)
        return OperatorEnvironment(
            openStore: openStore,
            explain: explain,
            fileExists: { access($0, F_OK) == 0 },
            now: currentTime,
            newRunID: { time in
                var generator = SystemRandomNumberGenerator()
                return RunID(UUIDText.version7(at: time, random: (generator.next(), generator.next())))
            },
            sleep: { try await Task.sleep(for: $0) },
            identity: "operator-\(userName)-\(getpid())",
            variables: processVariables,
            terminal: Terminal.ofProcess,
            output: ProcessOutput()
        )
    }

    private static func currentTime() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    private static var userName: String { processVariables["USER"] ?? "uid\(getuid())" }

    /// The variables that change what commands do.
    private static var processVariables: [String: String] {
        let names = [
            CommonOptions.databaseVariable, "USER", "NO_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS", "LC_ALL",
            "LC_CTYPE", "LANG",
        ]
        var variables: [String: String] = [:]
        for name in names {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        return variables
    }
}

extension OperatorEnvironment.Terminal {
    fileprivate static var ofProcess: Self {
        let isOutputTTY = isatty(STDOUT_FILENO) == 1
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return Self(
            isOutputTTY: isOutputTTY,
            isInputTTY: isatty(STDIN_FILENO) == 1,
            width: isKnown ? Int(size.ws_col) : nil
        )
    }
}

/// Standard input, output and error of this process.
package struct ProcessOutput: OutputSink {
    package init() {}

    package func write(_ text: String) throws {
        guard Self.writeAll(text, to: STDOUT_FILENO) else {
            if errno == EPIPE { throw BrokenPipe() }
            throw CommandFailure(
                .generic,
                code: "output-not-written",
                message: "cannot write to standard output: \(String(cString: strerror(errno)))."
            )
        }
    }

    package func writeMessage(_ text: String) { _ = Self.writeAll(text, to: STDERR_FILENO) }

    package func readAnswer() -> String? { readLine() }

    /// Waits in a thread that ends with the process: a pipe without a reader is in error, a file never is.
    package func watchReader(_ gone: @escaping @Sendable () -> Void) {
        DispatchQueue.global().async {
            var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
            while poll(&output, 1, -1) < 0 && errno == EINTR {}
            gone()
        }
    }

    private static func writeAll(_ text: String, to descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }
}
