import Glibc
import SystemPackage

/// How a decoder process is confined.
public enum IsolationMode: String, Codable, Sendable {
    /// Own namespaces (files, network, processes, IPC), no capabilities, plus everything of `processLimits`.
    case bubblewrap
    /// Resource limits, no new privileges, an empty environment, an own session, death with the parent.
    case processLimits = "process-limits"
}

/// Wraps a decoder's command line.
struct Isolation: Sendable {
    struct Command: Sendable {
        var executable: FilePath
        var arguments: [String]
        /// The decoder's working directory as seen from outside.
        var workingDirectory: FilePath?
    }

    let mode: IsolationMode
    let prlimit: FilePath
    let setpriv: FilePath
    let bubblewrap: FilePath?
    let configuration: TranscodingConfiguration

    /// - Throws: `sandbox-unavailable` when the tools that set limits are missing.
    init(mode: IsolationMode, configuration: TranscodingConfiguration) throws(TranscodingError) {
        func tool(_ name: String) -> FilePath? {
            configuration.toolDirectories.map { $0.appending(name) }.first { access($0.string, X_OK) == 0 }
        }
        guard let prlimit = tool("prlimit"), let setpriv = tool("setpriv") else {
            throw TranscodingError(
                .sandboxUnavailable,
                detail: "prlimit and setpriv (util-linux) expected in \(configuration.toolDirectories)"
            )
        }
        bubblewrap = tool("bwrap")
        guard mode == .processLimits || bubblewrap != nil else {
            throw TranscodingError(.sandboxUnavailable, detail: "bwrap not found in \(configuration.toolDirectories)")
        }
        (self.mode, self.prlimit, self.setpriv, self.configuration) = (mode, prlimit, setpriv, configuration)
    }

    /// The path under which the decoder sees the source.
    func visibleSource(_ source: FilePath) -> FilePath {
        mode == .bubblewrap ? "/source" : source
    }

    /// The command that runs the decoder with `arguments` in `work`, its only writable directory.
    func command(_ arguments: [String], source: FilePath?, work: FilePath?) -> Command {
        let decoder = [configuration.ffmpegPath.string] + arguments
        let confined =
            if mode == .bubblewrap, let bubblewrap {
                [bubblewrap.string] + namespaceArguments(source: source, work: work) + ["--"] + decoder
            } else {
                [setpriv.string, "--no-new-privs", "--pdeathsig", "KILL", "--"] + decoder
            }
        return Command(executable: prlimit, arguments: limitArguments + confined, workingDirectory: work)
    }

    /// The decoder ends itself, with a message, at the soft processor limit; the hard one follows for safety.
    private var limitArguments: [String] {
        [
            "--cpu=\(configuration.cpuSecondsMax):\(configuration.cpuSecondsMax + 5)",
            "--as=\(configuration.memoryBytesMax)", "--fsize=\(configuration.fileBytesMax)",
            "--nofile=64", "--core=0",
        ]
    }

    private func namespaceArguments(source: FilePath?, work: FilePath?) -> [String] {
        var arguments = [
            "--unshare-all", "--die-with-parent", "--clearenv", "--setenv", "PATH", "/usr/bin", "--setenv", "LANG", "C",
            "--ro-bind", "/usr", "/usr",
        ]
        for name in ["bin", "lib", "lib64", "sbin"] { arguments += systemDirectory(name) }
        // Debian resolves BLAS and LAPACK, which the decoder links, through /etc/alternatives.
        for path in ["/etc/alternatives", "/etc/ld.so.cache"] { arguments += ["--ro-bind-try", path, path] }
        if !configuration.ffmpegPath.starts(with: "/usr") {
            let path = configuration.ffmpegPath.string
            arguments += ["--ro-bind", path, path]
        }
        arguments += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--cap-drop", "ALL"]
        if let source { arguments += ["--ro-bind", source.string, "/source"] }
        if let work { arguments += ["--bind", work.string, "/job", "--chdir", "/job"] }
        return arguments
    }

    /// `/lib` and its like are links into `/usr` on a merged system and directories elsewhere.
    private func systemDirectory(_ name: String) -> [String] {
        var status = stat()
        guard lstat("/\(name)", &status) == 0 else { return [] }
        return status.st_mode & S_IFMT == S_IFLNK
            ? ["--symlink", "usr/\(name)", "/\(name)"] : ["--ro-bind", "/\(name)", "/\(name)"]
    }
}
