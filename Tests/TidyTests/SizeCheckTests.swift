import Testing

@Suite("Checks: sizes")
struct SizeCheckTests {
    static func measure(_ text: String) -> [String: Int] {
        let file = SourceFile(path: "A.swift", text: text)
        let measures = SizeChecks.functions(file, SwiftText(file))
        return Dictionary(uniqueKeysWithValues: measures.map { (String($0.key.dropFirst(8)), $0.length) })
    }

    @Test("functions, initialisers and computed properties are measured to their closing brace")
    func lengths() {
        let text = """
            struct A {
                let stored = 1
                var list: [Int] = [] { didSet { } }
                init(
                    a: Int
                ) {
                    self.a = a
                }
                var sum: Int {
                    1
                }
                var short: Int { 1 }
                public static func run(_ body: () -> Void) async throws -> [Int] {
                    // a brace } in a comment
                    let text = "} \\(a { 1 }) {"
                    if text.isEmpty { return [] }
                    return []
                }
                static func < (a: A, b: A) -> Bool { true }
            }
            """
        #expect(Self.measure(text) == ["init": 5, "sum": 3, "run": 6, "<": 1])
    }

    @Test("requirements without a body have no length")
    func requirements() {
        let text =
            "protocol P {\n    func a() async throws\n    func b(\n        c: Int\n    )\n    init()\n}\nfunc d() {\n}"
        #expect(Self.measure(text) == ["d": 2])
    }

    @Test("functions with the same name are told apart")
    func overloads() {
        #expect(Self.measure("func a() {\n}\nfunc a(b: Int) {\n\n}") == ["a": 2, "a#2": 3])
    }

    @Test(
        "the list of tolerated offenders only shrinks",
        arguments: [
            (20, nil, nil), (26, nil, "x has 26 lines, at most 25 are wanted"), (40, 40, nil),
            (41, 40, "x grew from 40 to 41 lines, make it smaller"),
            (39, 40, "x shrank to 39 lines, write that into Budgets.swift"),
            (25, 40, "x has 25 lines and fits, remove it from Budgets.swift"),
            (71, 71, "x has 71 lines, at most 70 are possible"),
        ] as [(Int, Int?, String?)]
    )
    func ratchet(length: Int, allowed: Int?, message: String?) {
        let measure = SizeChecks.Measure(key: "x", path: "A.swift", line: 1, length: length)
        let findings = SizeChecks.findings(
            [measure],
            wanted: 25,
            hard: 70,
            tolerated: allowed.map { ["x": $0] } ?? [:]
        )
        #expect(findings.map(\.message) == (message.map { [$0] } ?? []))
    }

    @Test("an entry whose function is gone has to go too")
    func gone() {
        let findings = SizeChecks.findings([], wanted: 25, hard: 70, tolerated: ["A.swift run": 30])
        #expect(findings.map(\.description) == ["A.swift:1: error: A.swift run is gone, remove it from Budgets.swift"])
    }

    @Test("a file's length is its number of lines", arguments: [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2)])
    func fileLength(text: String, length: Int) {
        #expect(SourceFile(path: "A.swift", text: text).length == length)
    }
}
