public import SystemPackage

/// Where the tools are and what one decoder may use; a transcoding runs one or two.
public struct TranscodingConfiguration: Sendable {
    /// How the decoder is kept away from the rest of the machine.
    public enum Sandbox: String, Codable, Sendable, CaseIterable {
        /// Namespaces through bubblewrap where the kernel allows them, else limits and an empty environment only.
        case automatic
        /// Bubblewrap or nothing: fails with `sandbox-unavailable` where namespaces are refused.
        case bubblewrapRequired = "bubblewrap-required"
        /// Limits, no new privileges, an empty environment and death with the parent; no namespaces.
        case processLimitsOnly = "process-limits-only"
    }

    /// Above this the segment number would need a fourth digit: 999 segments of at least 9.98 s are 2 h 46 min.
    public static let durationHardCap: Duration = .seconds(9_900)

    /// The decoder's executable.
    public var ffmpegPath: FilePath = "/usr/bin/ffmpeg"
    /// Where `bwrap`, `prlimit` and `setpriv` are looked for, in this order. `PATH` is never consulted.
    public var toolDirectories: [FilePath] = ["/usr/bin", "/bin", "/usr/local/bin"]
    /// See ``Sandbox``.
    public var sandbox: Sandbox = .automatic
    /// The longest accepted recording; values above ``durationHardCap`` count as the cap.
    public var durationMax: Duration = .seconds(7_200)
    /// The largest accepted source file in bytes.
    public var sourceBytesMax: Int = 2 << 30
    /// RLIMIT_CPU in seconds. Two hours of audio cost about 240 s on a slow core.
    public var cpuSecondsMax: Int = 900
    /// RLIMIT_AS in bytes. The decoder's resident memory is about 60 MB; libraries map much more.
    public var memoryBytesMax: Int = 1 << 30
    /// RLIMIT_FSIZE in bytes. The largest file written is the 16 kB/s waveform scratch: 159 MB at the hard cap.
    public var fileBytesMax: Int = 256 << 20
    /// The wall-clock limit of one decoder run.
    public var wallClockMax: Duration = .seconds(1_800)

    /// The defaults, which suit a Debian machine.
    public init() {}

    var durationLimit: Duration { min(durationMax, Self.durationHardCap) }
}
