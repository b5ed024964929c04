import FoundationEssentials
import Glibc
import Logging

/// Writes one line per event to standard error.
struct LineLogHandler: LogHandler {
    let label: String
    let isJSON: Bool
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, isJSON: Bool, level: Logger.Level) {
        self.label = label
        self.isJSON = isJSON
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var facts = metadata
        facts.merge(metadataProvider?.get() ?? [:]) { $1 }
        facts.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error { facts["error"] = "\(error)" }
        let sorted = facts.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        let line = isJSON ? Self.json(event, label, sorted) : Self.text(event, label, sorted)
        Self.write(line + "\n")
    }

    private static func text(_ event: LogEvent, _ label: String, _ facts: [(String, String)]) -> String {
        let tail = facts.map { " \($0)=\(oneLine($1))" }.joined()
        return "\(time()) \(event.level.rawValue) \(label): \(oneLine("\(event.message)"))\(tail)"
    }

    private static func json(_ event: LogEvent, _ label: String, _ facts: [(String, String)]) -> String {
        let fixed = [
            ("time", time()), ("level", event.level.rawValue), ("logger", label), ("message", "\(event.message)"),
        ]
        let reserved = Set(fixed.map(\.0))
        let named = facts.map { (reserved.contains($0) ? "_\($0)" : $0, $1) }
        return "{" + (fixed + named).map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ",") + "}"
    }

    private static func time() -> String { Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }

    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// One `write` per line, so that lines of several threads do not mix. A log that cannot be written is dropped.
    private static func write(_ line: String) {
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension PlatformConfiguration {
    /// Sends all loggers of the process to standard error. Call once, first.
    public func bootstrapLogging() {
        let level = logLevel
        let isJSON =
            switch logFormat {
            case .json: true
            case .text: false
            case .automatic: isatty(STDERR_FILENO) == 0
            }
        LoggingSystem.bootstrap { LineLogHandler(label: $0, isJSON: isJSON, level: level) }
    }
}
