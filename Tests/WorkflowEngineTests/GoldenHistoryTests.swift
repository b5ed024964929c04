import Testing
import WorkflowCore
import WorkflowEngine
import WorkflowTesting
import determinism_probe

/// The recorded workflow after a careless change: it begins with a sleep.
private struct Changed: Workflow {
    static let name = "Nasty"
    func run(_ workflow: WorkflowContext, input: Int) async throws -> [String] {
        try await workflow.sleep(for: .milliseconds(1))
        return try await Nasty().run(workflow, input: input)
    }
}

@Suite("Golden histories", .timeLimit(.minutes(1))) struct GoldenHistoryTests {
    private func history() throws -> [HistoryEvent] {
        let digits = GoldenHistory.nasty.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue ?? 0) }
        return try HistoryCoding.decode(
            stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        )
    }

    @Test("a history of the first format replays from every prefix")
    func replays() throws {
        let history = try history()
        #expect(history.last?.type == .workflowExecutionCompleted)
        try WorkflowReplayer([Nasty.self]).replayEveryPrefix(history)
    }

    @Test("code that was changed carelessly is refused at the first event that differs, patches aside")
    func refuses() throws {
        let history = try history()
        let mismatch = #expect(throws: ReplayMismatch.self) { try WorkflowReplayer([Changed.self]).replay(history) }
        #expect(mismatch?.attempted == .startTimer(milliseconds: 1))
        #expect(mismatch?.eventID == 6)
    }

    @Test("it is encoded as before, byte by byte")
    func encodes() async throws {
        #expect(HistoryCoding.encode(try history()) == HistoryCoding.encode(try await Execution.make().history))
    }
}
