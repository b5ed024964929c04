import Testing

/// Every rule finds what it is for and leaves alone what it is not for.
@Suite("Checks: banned text")
struct BanTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let line: String
        let path: String
        let isFound: Bool
        var testDescription: String { "\(path) \(line)" }
    }

    static let core = "Sources/WorkflowEngine/Core/A.swift"
    static let flow = "Sources/MizzoWorkflows/A.swift"
    static let live = "Sources/Activities/Live/A.swift"
    static let test = "Tests/ATests/A.swift"

    static func found(_ path: String, _ lines: [String]) -> [Row] {
        lines.map { Row(line: $0, path: path, isFound: true) }
    }

    static func fine(_ path: String, _ lines: [String]) -> [Row] {
        lines.map { Row(line: $0, path: path, isFound: false) }
    }

    static let pureRows =
        found(
            core,
            [
                "import Foundation", "import FoundationEssentials", "import Glibc", "import Dispatch",
                "let a = Date()", "let a = Date.now", "let id = UUID()", "Int.random(in: 1...2)", "Task { }",
                "Task.detached { }", "try await Task.sleep(for: x)", "ContinuousClock()", "SuspendingClock.now",
                "ProcessInfo.processInfo", "FileManager.default", "let text = \"at \\(Date())\"",
            ]
        )
        + fine(
            core,
            [
                "import Testing", "CivilDate(daysSinceEpoch: 1)", "Timestamp.now", "UUIDText()",
                "Int.random(in: 1...2, using: &generator)", "context.random(in: 1...2)", "workflow.random()",
                "withTaskGroup { }", "MyTask { }", "// Date() is banned", "let text = \"Date()\"", "context.sleep()",
                "/* Task { } */ let a = 1", "let raw = #\"UUID()\"#",
            ]
        )
        + found(flow, ["import Foundation", "Task { }"])
        + fine(live, ["import Foundation", "let a = Date()", "Task.sleep(for: x)", "FileManager.default"])

    static let otherRows =
        found(live, ["try! a()", "a as! B", "print(a)", "fatalError(\"x\")", "preconditionFailure()"])
        + fine(live, ["try? a()", "a as? B", "fingerprint(a)", "log.print(a)", "precondition(a)", "// try! it"])
        + fine("Sources/OperatorCLI/A.swift", ["print(a)"]) + fine("Sources/mizzo/A.swift", ["print(a)"])
        + fine("examples/A.swift", ["print(a)"]) + fine("benchmarks/A.swift", ["print(a)"])
        + found(
            test,
            [
                "try await Task.sleep(for: x)", "usleep(1)", "Thread.sleep(forTimeInterval: 1)",
                "@Test(.disabled(\"slow\"))", "withKnownIssue { }",
            ]
        )
        + fine(test, ["print(a)", "try! a()", "clock.sleep(for: x)", "isDisabled(a)", "\"Task.sleep\""])

    @Test("a ban finds code and nothing else", arguments: pureRows + otherRows)
    func ban(_ row: Row) {
        let file = SourceFile(path: row.path, text: "// head\n\(row.line)\n")
        let findings = Ban.all.flatMap { $0.findings(in: file, SwiftText(file)) }
        #expect(findings.isEmpty == !row.isFound, "\(findings)")
        #expect(findings.allSatisfy { $0.line == 2 })
    }

    @Test("a finding says where, what and what to use")
    func wording() {
        let file = SourceFile(path: Self.core, text: "let a = Date.now")
        let finding = Ban.all.flatMap { $0.findings(in: file, SwiftText(file)) }.first
        #expect(finding?.description == "\(Self.core):1: error: Date.now is banned, use the run's `now`")
    }

    @Test("a literal over several lines is no code, its interpolation is")
    func multiline() {
        let text = "let a = \"\"\"\n  Date() {\n  \\(UUID())\n  \"\"\"\nlet b = Date()"
        let file = SourceFile(path: Self.core, text: text)
        let lines = Ban.all.flatMap { $0.findings(in: file, SwiftText(file)) }.map(\.line)
        #expect(Set(lines) == [3, 5])
    }
}
