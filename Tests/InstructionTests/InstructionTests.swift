import Foundation
import Testing

/// A guard of the core's speed that does not depend on how busy the machine is: instructions are counted, not time.
@Suite("Instructions of the core")
struct InstructionTests {
    /// Measured: 164,100 per workflow, the same within a hundred each time.
    private static let limit = 172_000

    @Test("making, encoding, decoding and replaying a three-step history takes no more than it did")
    func threeSteps() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("instructions-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let probe = folder.appendingPathComponent("probe").path
        // With optimisation, which the tests themselves are built without. The core imports nothing, so its sources suffice.
        let options = ["-O", "-wmo", "-package-name", "mizzo", "-swift-version", "6", "-lm", "-o", probe]
        let compiled = try run("swiftc", options + sources("Sources/WorkflowEngine/Core", "Tests/InstructionProbe"))
        try #require(compiled.status == 0, "\(compiled.text)")
        let counted = try run("valgrind", ["--tool=callgrind", "--callgrind-out-file=/dev/null", probe])
        try #require(counted.status == 0, "is valgrind installed (make setup)? \(counted.text)")
        #expect(counted.text.contains("23000 events, 571000 bytes"), "the workload has changed: \(counted.text)")
        let total = try #require(counted.text.firstMatch(of: /Collected : (\d+)/).flatMap { Int($0.1) })
        print("instructions per three-step workflow: \(total / 1_000)")
        #expect(total / 1_000 <= Self.limit)
    }

    private func sources(_ folders: String...) throws -> [String] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try folders.flatMap { folder in
            let path = root.appendingPathComponent(folder).path
            return try FileManager.default.subpathsOfDirectory(atPath: path)
                .filter { $0.hasSuffix(".swift") }.sorted().map { path + "/" + $0 }
        }
    }

    private func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, text: String) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
