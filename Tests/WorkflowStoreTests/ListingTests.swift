import Testing
import WorkflowCore
import WorkflowStore

@Suite("Listing runs", .timeLimit(.minutes(1)))
struct ListingTests {
    /// Ten runs: `a-0 … a-4` of type Order, `b-5 … b-9` of type Refund; every third completed, number 4 blocked.
    private func fill(_ store: any WorkflowStore) async throws {
        let worker = try await store.register()
        for index in 0..<10 {
            let id = WorkflowID("\(index < 5 ? "a" : "b")-\(index)")
            let type = index < 5 ? "Order" : "Refund"
            let outcome = try await store.start(StartRequest(id, runID: "r\(index)", type: type, owner: worker))
            guard case .started(let reference) = outcome else { throw UnexpectedOutcome(what: "\(outcome)") }
            let run = OwnedRun(reference: reference, worker: worker)
            if index % 3 == 0 { try await store.close(run, as: .completed) }
            if index == 4 {
                let reason = BlockedReason(code: "c", message: "m", time: at(0))
                try await store.release(ReleaseRequest(run: run.key, epoch: 1, wakeAt: at(9), blocked: reason))
            }
        }
    }

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var filter: RunFilter
        var expected: [Int]
    }

    static let cases = [
        Case(testDescription: "all, newest first", filter: RunFilter(), expected: Array((0..<10).reversed())),
        Case(testDescription: "by status", filter: RunFilter(statuses: [.completed]), expected: [9, 6, 3, 0]),
        Case(
            testDescription: "by several statuses",
            filter: RunFilter(statuses: [.failed, .running, .running]),
            expected: [8, 7, 5, 4, 2, 1]
        ),
        Case(testDescription: "by type", filter: RunFilter(workflowType: "Refund"), expected: [9, 8, 7, 6, 5]),
        Case(
            testDescription: "by status and type",
            filter: RunFilter(statuses: [.completed], workflowType: "Order"),
            expected: [3, 0]
        ),
        Case(testDescription: "by prefix", filter: RunFilter(workflowIDPrefix: "a-"), expected: [4, 3, 2, 1, 0]),
        Case(testDescription: "by empty prefix", filter: RunFilter(workflowIDPrefix: "", limit: 2), expected: [9, 8]),
        Case(
            testDescription: "by prefix, status and type",
            filter: RunFilter(statuses: [.running], workflowType: "Refund", workflowIDPrefix: "b"),
            expected: [8, 7, 5]
        ),
        Case(testDescription: "blocked", filter: RunFilter(blockedOnly: true), expected: [4]),
        Case(
            testDescription: "blocked of a type",
            filter: RunFilter(workflowType: "Refund", blockedOnly: true),
            expected: []
        ),
        Case(testDescription: "of an unknown type", filter: RunFilter(workflowType: "None"), expected: []),
        Case(testDescription: "no more than none", filter: RunFilter(limit: 0), expected: []),
    ]

    @Test("a filter selects runs", arguments: StoreKind.allCases, cases)
    func filters(kind: StoreKind, testCase: Case) async throws {
        try await kind.withStore { store in
            try await fill(store)
            let runs = try await store.runs(testCase.filter)
            #expect(runs.map { Int($0.reference.runID.rawValue.dropFirst()) } == testCase.expected)
            // Counting knows no pages.
            var whole = testCase.filter
            whole.limit = .max
            let counts = try await store.countRuns(testCase.filter)
            let all = try await store.runs(whole)
            #expect(counts == all.reduce(into: [:]) { $0[$1.status, default: 0] += 1 })
        }
    }

    @Test("pages follow each other without gaps or repetition", arguments: StoreKind.allCases, cases)
    func pages(kind: StoreKind, testCase: Case) async throws {
        try await kind.withStore { store in
            try await fill(store)
            var filter = testCase.filter
            filter.limit = .max
            let all = try await store.runs(filter)
            filter.limit = 2
            var paged: [RunRecord] = []
            while true {
                let page = try await store.runs(filter)
                guard let last = page.last else { break }
                #expect(page.count <= 2)
                paged += page
                filter.before = last.reference.key
            }
            #expect(paged == all)
        }
    }
}
