import Testing

@Suite("Tidiness of the repository")
struct TidyTests {
    private func expectNone(_ findings: [Finding], _ location: Testing.SourceLocation = #_sourceLocation) {
        for finding in findings { Issue.record("\(finding)", sourceLocation: location) }
    }

    @Test("the repository was found")
    func found() {
        #expect(Repository.exists("Package.swift"))
        #expect(!Repository.sources.isEmpty)
        #expect(Repository.tests.contains { $0.name == "TidyTests.swift" })
    }

    @Test("nothing banned stands in code")
    func bans() {
        let files = Repository.swift.map { ($0, SwiftText($0)) }
        expectNone(files.flatMap { file, text in Ban.all.flatMap { $0.findings(in: file, text) } })
    }

    @Test("unchecked concurrency says why it is safe")
    func safety() {
        expectNone(Repository.sources.flatMap { SafetyNotes.findings(in: $0, SwiftText($0)) })
    }

    @Test("no unfinished notes, no drawers")
    func notesAndNames() {
        expectNone(Repository.sources.flatMap(SafetyNotes.unfinished))
        expectNone(Repository.swift.flatMap(SafetyNotes.drawers))
    }

    @Test("files keep their budget")
    func files() {
        expectNone(
            SizeChecks.findings(
                SizeChecks.files(Repository.swift),
                wanted: Budget.wantedFile,
                hard: Budget.hardFile,
                tolerated: Tolerated.files
            )
        )
    }

    @Test("functions keep their budget")
    func functions() {
        let measures = Repository.swift.flatMap { SizeChecks.functions($0, SwiftText($0)) }
        expectNone(
            SizeChecks.findings(
                measures,
                wanted: Budget.wantedFunction,
                hard: Budget.hardFunction,
                tolerated: Tolerated.functions
            )
        )
    }

    @Test("tolerated places exist and have a reason")
    func tolerated() {
        for place in Tolerated.stops + Tolerated.waits {
            #expect(Repository.exists(place.path), "\(place.path) is gone, remove it from Budgets.swift")
            #expect(!place.reason.isEmpty)
        }
    }

    @Test("imports point down")
    func floors() {
        expectNone(Repository.sources.flatMap { Floors.findings(in: $0, SwiftText($0)) })
    }

    @Test("documents: links lead somewhere, decisions are numbered, the README is short")
    func documents() {
        expectNone(Repository.markdown.flatMap { Documents.links(in: $0, exists: Repository.exists) })
        expectNone(Documents.gaps(in: Repository.markdown.map(\.path)))
        expectNone(Repository.markdown.flatMap(Documents.readme))
    }

    @Test("no file names a machine's folders or a package registry")
    func workplace() {
        expectNone(Repository.text.flatMap(Documents.workplace))
    }
}
