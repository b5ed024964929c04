import FoundationEssentials
import WorkflowEngine

/// A directory for the files of one attempt.
struct JobDirectory: Sendable {
    /// Absolute.
    let path: String

    /// Makes the directory and removes those of earlier attempts of the same activity, whose workers have died or were
    /// given up.
    init(below root: String, _ context: ActivityContext) throws {
        let files = FileManager.default
        let prefix = "\(context.runID)-\(context.scheduledEventID)-"
        try files.createDirectory(atPath: root, withIntermediateDirectories: true)
        for name in try files.contentsOfDirectory(atPath: root) where name.hasPrefix(prefix) {
            try? files.removeItem(atPath: "\(root)/\(name)")
        }
        path = "\(root)/\(prefix)\(context.attempt)"
        try files.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// The path of a file in the directory.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Best effort; what stays is removed by the next attempt.
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
