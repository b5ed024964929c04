/// An external program could not do its part. The embedded provider turns it into an estimate that says so.
struct ToolFailure: Error, Sendable, CustomStringConvertible {
    /// Path of the program.
    let tool: String
    /// A clause without personal data or paths.
    let reason: String

    var description: String { "\(tool.split(separator: "/").last ?? "tool") \(reason)" }
}
