import MizzoCatalog
import Testing

@Suite("Profanity")
struct ProfanityTests {
    private let check = ProfanityCheck(rules: .starter)

    @Test(
        "masked spellings are found",
        arguments: [
            "shit", "SHIT!", "sh1t", "sh!t", "5h1t", "$hit", "what the fuuuuck", "F\u{fc}ck", "s h i t", "s.h.i.t",
            "𝐟𝐮𝐜𝐤", "ⓕⓤⓒⓚ", "fu\u{200b}ck", "ƒuck", "fսck", "shі\u{442}", "b1tch", "a$$hole", "ＦＵＣＫ",
        ]
    )
    func masked(text: String) {
        #expect(check.findings(in: text, field: "title").count == 1)
    }

    @Test(
        "harmless texts pass",
        arguments: [
            "Scunthorpe", "Moby Dick", "God Damn", "Sex on Fire", "Pussy Riot", "assassin", "classic", "I i i", "1999",
            "A B C", "Shitake", "¡Hola!", "", "Don’t stop!!!", "4 Non Blondes",
        ]
    )
    func harmless(text: String) {
        #expect(check.findings(in: text, field: "title").isEmpty)
    }

    @Test("a finding names field, rule, text and level")
    func finding() throws {
        let found = try #require(check.findings(in: "oh sh1t, SHIT", field: "tags/2").first)
        #expect(found.field == "tags/2")
        #expect(found.term == "shit")
        #expect(found.matched == "sh1t")
        #expect(found.level == .flag)
        #expect(check.findings(in: "oh sh1t, SHIT", field: "t").count == 1)
    }

    @Test("an operator's list adds, changes and takes back rules")
    func operatorList() throws {
        let rules = try ProfanityRules(list: "# ours\nblock Blorp\nallow shit\n\nflag MÜSLI\n", extending: .starter)
        let check = ProfanityCheck(rules: rules)
        #expect(check.findings(in: "bl0rp", field: "t").first?.level == .block)
        #expect(check.findings(in: "musli", field: "t").first?.level == .flag)
        #expect(check.findings(in: "shit", field: "t").isEmpty)
        let forbid = #expect(throws: ProfanityListError.self) { try ProfanityRules(list: "flag a1\nforbid b1") }
        #expect(forbid?.line == 2)
        let words = #expect(throws: ProfanityListError.self) { try ProfanityRules(list: "flag two words") }
        #expect(words?.line == 1)
    }
}
