import Testing
import WorkflowTesting
import determinism_probe

@Suite("Determinism across builds", .timeLimit(.minutes(1))) struct BuildModeTests {
    /// What the code did when this test was written. It changes with the history's format and with ``Nasty`` only:
    /// any other change breaks histories that exist.
    private static let digest = "89d0caa0e4ad3d4a"

    @Test("the same source gives the same history, byte by byte, every time")
    func digest() async throws {
        for _ in 0..<5 { #expect(try await Execution.make().digest == Self.digest) }
    }

    @Test("every prefix of it can be replayed")
    func prefixes() async throws {
        try WorkflowReplayer([Nasty.self]).replayEveryPrefix(try await Execution.make().history)
    }
}
