import DurableSQLite
import Foundation
import GRDB
import Testing
import WorkflowCore
import WorkflowStore

/// The SQLite store against the model: the same random calls must have the same outcomes, leave the same rows and
/// announce the same changes. `SEED=…` repeats a run.
@Suite("Both stores agree", .timeLimit(.minutes(2)))
struct DifferentialTests {
    static let rounds = 40
    static let operationsPerRound = 80

    @Test("on 3200 random calls and more")
    func randomCalls() async throws {
        let seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? .random(in: 1...999_999)
        print("differential test: SEED=\(seed)")
        var coverage = Coverage()
        var round = 0
        // A few seeds need more rounds until every kind of call has both succeeded and been refused.
        while round < Self.rounds || (!coverage.missing.isEmpty && round < 4 * Self.rounds) {
            defer { round += 1 }
            let place = "SEED=\(seed), round \(round)"
            let roundSeed = seed &+ UInt64(round) &* 1_000_003
            try await SQLiteFile.withTemporary { file in
                try await file.withStore { store, database in
                    var comparison = try await Comparison(store, seed: roundSeed)
                    for _ in 0..<Self.operationsPerRound {
                        guard try await comparison.step(&coverage, place) else { return }
                    }
                    try await comparison.compareChanges()
                    let check = try await database.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
                    #expect(check == ["ok"])
                }
            }
        }
        #expect(coverage.missing == [], "SEED=\(seed)")
        #expect(coverage.sawCarriedTask, "SEED=\(seed)")
    }
}

/// Which kinds of calls have succeeded and been refused.
private struct Coverage {
    private var seen: Set<String> = []
    var sawCarriedTask = false

    mutating func count(_ kind: OperationKind, hadEffect: Bool) { seen.insert("\(kind) \(hadEffect)") }

    var missing: [String] {
        OperationKind.allCases
            // Registering is never refused.
            .flatMap { kind in kind == .registerWorker ? ["\(kind) true"] : ["\(kind) true", "\(kind) false"] }
            .filter { !seen.contains($0) }
    }
}

private struct Comparison {
    let model = MemoryWorkflowStore()
    let store: SQLiteWorkflowStore
    private let modelChanges = ChangeRecorder()
    private let storeChanges = ChangeRecorder()
    private let observations: [StoreObservation]
    private var source: OperationSource
    private var state: StoreDump

    init(_ store: SQLiteWorkflowStore, seed: UInt64) async throws {
        self.store = store
        source = OperationSource(seed: seed)
        observations = [
            model.observe { [modelChanges] in modelChanges.record($0) },
            store.observe { [storeChanges] in storeChanges.record($0) },
        ]
        // All that calls are made for: none acts before it is registered, though some do when they were removed.
        for identity in ["one", "two", "three", "four"] {
            _ = try await model.register(identity)
            _ = try await store.register(identity)
        }
        state = try await StoreDump(model)
    }

    /// Makes one call on both stores; `false` when they differ.
    mutating func step(_ coverage: inout Coverage, _ place: String) async throws -> Bool {
        let operation = source.next(state)
        let expected = try await operation.call(model)
        let actual = try await operation.call(store)
        let after = try await StoreDump(model)
        var stored = try await StoreDump(reading: store)
        stored.workers = after.workers
        #expect(actual == expected, "outcome of \(operation.kind), \(place)")
        let difference = stored.difference(to: after)
        #expect(difference == nil, "rows after \(operation.kind), \(place)")
        let hadEffect = operation.kind.hadEffect(expected, changed: after != state)
        coverage.count(operation.kind, hadEffect: hadEffect)
        coverage.sawCarriedTask =
            coverage.sawCarriedTask || after.runs.contains { $0.tasks.contains(where: \.isCarried) }
        state = after
        return actual == expected && difference == nil
    }

    /// Compares everything the observers of both stores heard.
    func compareChanges() async throws {
        for store in [model as any WorkflowStore, store] {
            _ = try await store.start(StartRequest("end", queue: "end"))
        }
        let expected = await modelChanges.changes(upTo: .runnable("end"))
        let actual = await storeChanges.changes(upTo: .runnable("end"))
        #expect(actual == expected)
        for observation in observations { observation.cancel() }
    }
}
