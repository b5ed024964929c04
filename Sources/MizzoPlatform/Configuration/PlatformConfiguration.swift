import AudioTranscoding
import FoundationEssentials
import Logging

/// Everything an operator decides about the platform's processes.
public struct PlatformConfiguration: Sendable {
    /// Absolute path of the folder that holds the objects, generated secrets and temporary files; made when missing.
    public var dataFolder: String
    /// Absolute path of the one database file.
    public var database: String
    /// Where the API listens.
    public var host: String
    /// Where the API listens.
    public var port: Int
    /// How clients reach the API: `http://host[:port]`. Part of every presigned URL, so all processes need the same.
    public var publicURL: String
    /// The bucket's name.
    public var bucket: String
    /// What comes from AWS, if anything.
    public var cloud: CloudConfiguration
    /// What the API asks of its callers, tokens included, and where it shows its metrics.
    public var exposure: APIExposure
    /// Signs presigned URLs; `nil`: one is generated in the data folder.
    public var storageSecret: Secret?
    /// Transcodings at once in one worker.
    public var transcodingSlots: Int
    /// Lyrics at once in one worker.
    public var lyricsSlots: Int
    /// Other activities at once in one worker.
    public var activitySlots: Int
    /// How long activities may go on after a shutdown was asked for.
    public var drain: Duration
    /// How the decoder is confined.
    public var sandbox: TranscodingConfiguration.Sandbox
    /// How long uploads and reviews may wait.
    var flowTiming: FlowTiming
    /// `nil`: lyrics are timed on this machine.
    public var geminiKey: Secret?
    /// Where Gemini's API is.
    public var geminiURL: String
    /// The model's id.
    public var geminiModel: String
    /// What is logged.
    public var logLevel: Logger.Level
    /// How it is logged.
    public var logFormat: LogFormat
    /// Absolute path of the exercise's ledger file; `nil`: workers do not offer the `Exercise` workflow.
    public var exerciseLedger: String?

    /// A text that does not print itself.
    public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
        let text: String
        /// Wraps a secret.
        public init(_ text: String) { self.text = text }
        /// Never the secret.
        public var description: String { "***" }
        /// Never the secret.
        public var debugDescription: String { "***" }
        /// Never the secret.
        public var customMirror: Mirror { Mirror(self, children: []) }
    }

    /// How log lines look.
    public enum LogFormat: String, Sendable, CaseIterable {
        /// Text on a terminal, JSON otherwise.
        case automatic = "auto"
        /// One line of text per event.
        case text
        /// One JSON object per line.
        case json
    }
}

/// A configuration that cannot be used. Programs exit with code 78 (`EX_CONFIG`).
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
    /// Stable kebab-case code.
    public let code: String
    /// What is wrong, expected against actual, and where to mend it.
    public let message: String

    init(code: String, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message with its code.
    public var description: String { "\(message) [\(code)]" }
}
