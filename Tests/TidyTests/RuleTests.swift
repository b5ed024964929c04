import Testing

@Suite("Checks: notes, floors, documents")
struct RuleTests {
    static func file(_ text: String, at path: String = "Sources/A/B.swift") -> SourceFile {
        SourceFile(path: path, text: text)
    }

    @Test(
        "unchecked concurrency needs a reason nearby",
        arguments: [
            ("final class A: @unchecked Sendable {}", 1),
            ("nonisolated(unsafe) var a = 1", 1),
            ("// SAFETY: a lock\nfinal class A: @unchecked Sendable {}", 0),
            ("final class A: @unchecked Sendable {\n\n\n// SAFETY: a lock", 0),
            ("// SAFETY: far away\n\n\n\nfinal class A: @unchecked Sendable {}", 1),
            ("final class A: Sendable {} // not @unchecked Sendable", 0),
        ]
    )
    func safety(text: String, count: Int) {
        let file = Self.file(text)
        #expect(SafetyNotes.findings(in: file, SwiftText(file)).count == count)
    }

    @Test("unfinished notes are found", arguments: [("// TODO: a", 1), ("// FIXME", 1), ("// XXX", 1), ("TODOs", 0)])
    func unfinished(text: String, count: Int) {
        #expect(SafetyNotes.unfinished(in: Self.file(text)).count == count)
    }

    @Test(
        "drawers are found",
        arguments: [
            ("Sources/A/Utils/B.swift", 1), ("Sources/A/StringExtensions.swift", 1), ("Sources/A/Common.swift", 1),
            ("Sources/A/RunManager.swift", 1), ("Sources/Helpers/B.swift", 1), ("Sources/A/CommonName.swift", 0),
            ("Sources/A/Timestamp.swift", 0),
        ]
    )
    func drawers(path: String, count: Int) {
        #expect(SafetyNotes.drawers(in: Self.file("", at: path)).count == count)
    }

    @Test(
        "imports that point up are found",
        arguments: [
            ("Sources/WorkflowEngine/Core/A.swift", "import WorkflowStore", 1),
            ("Sources/WorkflowEngine/Core/A.swift", "import Synchronization", 1),
            ("Sources/WorkflowEngine/Store/A.swift", "import WorkflowCore", 0),
            ("Sources/WorkflowEngine/Store/A.swift", "@testable import WorkflowEngine", 1),
            ("Sources/WorkflowEngine/Store/A.swift", "package import GRDB", 0),
            ("Sources/MizzoWorkflows/A.swift", "import Activities", 1),
            ("Sources/MizzoWorkflows/A.swift", "import struct Foundation.Date", 1),
            ("Sources/MizzoWorkflows/A.swift", "import ActivityContracts", 0),
            ("Sources/MizzoCatalog/A.swift", "import WorkflowEngine", 1),
            ("Sources/mizzo/A.swift", "import MizzoAPI", 0),
            ("Sources/Activities/Contracts/A.swift", "// import Activities", 0),
        ]
    )
    func floors(path: String, line: String, count: Int) {
        let file = Self.file(line, at: path)
        #expect(Floors.findings(in: file, SwiftText(file)).count == count)
    }

    @Test(
        "links that lead nowhere are found",
        arguments: [
            ("[a](missing.md)", 1), ("[a](../README.md)", 0), ("[a](./there.md#part)", 0), ("[a](#part)", 0),
            ("[a](https://example.org/x)", 0), ("[a](../../outside.md \"t\")", 1), ("```\n[a](missing.md)\n```", 0),
        ]
    )
    func links(text: String, count: Int) {
        let existing = ["README.md", "docs/there.md"]
        let findings = Documents.links(in: Self.file(text, at: "docs/a.md"), exists: existing.contains)
        #expect(findings.count == count)
    }

    @Test(
        "decisions are numbered without gaps",
        arguments: [
            (["docs/adr/0001-a.md", "docs/adr/0002-b.md"], 0), ([], 0), (["docs/adr/0002-b.md"], 1),
            (["docs/adr/0001-a.md", "docs/adr/0003-b.md"], 1), (["docs/adr/0001-a.md", "docs/adr/0001-b.md"], 1),
            (["docs/guide/0007-a.md"], 0),
        ] as [([String], Int)]
    )
    func decisions(paths: [String], count: Int) {
        #expect(Documents.gaps(in: paths).count == count)
    }

    @Test("a README beyond 200 lines is found", arguments: [(200, 0), (201, 1)])
    func readme(lines: Int, count: Int) {
        let text = String(repeating: "x\n", count: lines)
        #expect(Documents.readme(Self.file(text, at: "README.md")).count == count)
        #expect(Documents.readme(Self.file(text, at: "docs/README.md")).isEmpty)
    }

    @Test("every workplace word is found, and only as a word", arguments: Documents.workplaceWords)
    func workplace(word: String) {
        #expect(Documents.workplace(in: Self.file("see \(word)a.txt")).count == 1)
        #expect(Documents.workplace(in: Self.file("see https://example.org/home/a.txt")).isEmpty)
        guard word.hasPrefix("/wo") else { return }
        #expect(Documents.workplace(in: Self.file("api\(word)a")).isEmpty)
    }
}
