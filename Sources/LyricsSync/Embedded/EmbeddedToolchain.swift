import FoundationEssentials

/// The programs the embedded provider may use, and their limits. Every program is optional: what is missing costs
/// accuracy.
public struct EmbeddedToolchain: Sendable, Equatable {
    /// Path of `ffmpeg`, for decoding.
    public var ffmpeg = "/usr/bin/ffmpeg"
    /// Path of `pocketsphinx_continuous` (Debian package `pocketsphinx`), for alignment.
    public var pocketsphinx = "/usr/bin/pocketsphinx_continuous"
    /// Directory of the English acoustic model (Debian package `pocketsphinx-en-us`).
    public var acousticModel = "/usr/share/pocketsphinx/model/en-us/en-us"
    /// The English pronunciation dictionary of the same package.
    public var dictionary = "/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict"
    /// Words put before every command, for example a sandbox. The first one is an absolute path.
    ///
    /// The default limits processor time (600 s), memory (2 GiB) and file size (256 MiB) with `prlimit` where it
    /// exists.
    public var launcher: [String] = Self.resourceLimits
    /// Time for decoding.
    public var decodingTimeLimit = Duration.seconds(120)
    /// Time for one alignment. Measured: 38 times faster than real time, so this covers more than an hour of audio.
    public var alignmentTimeLimit = Duration.seconds(180)
    /// Longer audio is not aligned, only estimated.
    public var alignedMinutesMax = 30
    /// Where temporary files go; nil is the system's place.
    public var scratchDirectory: String?

    /// The programs of Debian's packages.
    public init() {}

    private static var resourceLimits: [String] {
        let prlimit = "/usr/bin/prlimit"
        guard FileManager.default.isExecutableFile(atPath: prlimit) else { return [] }
        return [prlimit, "--cpu=600:610", "--as=2147483648", "--fsize=268435456", "--nofile=64", "--core=0"]
    }
}
