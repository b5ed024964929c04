import WorkflowCore

/// Something workflow code did that makes its run impossible to continue. The run is blocked and nothing is appended.
package struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
    package var code: String
    package var message: String
    package var eventID: EventID = 0
    package var location: SourceLocation?

    package var description: String { "\(code): \(message)" }

    static let offExecutorCode = "off-executor-wait"

    static func offExecutor(_ what: String, instead: String, after location: SourceLocation?) -> Violation {
        let place = location.map { " The last workflow operation before it was at \($0)." } ?? ""
        return Violation(
            code: offExecutorCode,
            message: "workflow code used \(what), which is not replayed from history. \(instead)\(place)",
            location: location
        )
    }

    static func unencodable(_ what: String, error: any Error, at location: SourceLocation?) -> Violation {
        Violation(
            code: "payload-not-encodable",
            message: "\(what) cannot be encoded: \(error). Deploy code whose values can be.",
            location: location
        )
    }

    static func undecodable(
        _ what: String,
        as type: String,
        error: any Error,
        at location: SourceLocation?
    ) -> Violation {
        Violation(
            code: "payload-not-decodable",
            message: "\(what) cannot be decoded as \(type): \(error). "
                + "Deploy code whose types read the recorded value.",
            location: location
        )
    }
}
