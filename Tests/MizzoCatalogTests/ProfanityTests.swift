import MizzoCatalog
import Testing

@Suite("Profanity")
struct ProfanityTests {
    private let check = ProfanityCheck(rules: .starter)

    @Test(
        "masked spellings are found",
        arguments: [
            "shit", "SHIT!", "sh1t", "sh!t", "5h1t", "$hit", "what the fuuuuck", "F\u{fc}ck", "s h i t", "s.h.i.t",
            "𝐟𝐮𝐜𝐤", "ⓕⓤⓒⓚ", "fu\u{200b}ck", "ƒuck", "fսck", "shі\u{442}", "b1tch", "a$$hole", "ＦＵＣＫ", "ꜰᴜᴄᴋ",
            "🅵🆄🅲🅺", "🇫🇺🇨🇰", "clusterfuck", "FUCKFACE", "f\u{336}u\u{336}c\u{336}k\u{336}", "сunt", "вitсh", "ѕһіт",
            "fu\u{3164}ck", "f*ck", "sh*t", "what the f**k", "ᖴᑌᑕᏦ", "ꓝꓴꓚꓗ", "ᏚᎻᎥᎢ",
            "Scheiße", "CABRÓN", "mérde", "fu-ck off, f u c k", "[b!tch]", "n i g g a",
        ]
    )
    func masked(text: String) {
        #expect(check.findings(in: text, field: "title").count == 1)
    }

    @Test(
        "harmless texts pass",
        arguments: [
            "Scunthorpe", "Moby Dick", "God Damn", "Sex on Fire", "Pussy Riot", "assassin", "classic", "I i i", "1999",
            "A B C", "Shitake", "¡Hola!", "", "Don’t stop!!!", "4 Non Blondes", "Penistone", "Essex", "Arsenal",
            "Cockburn", "Dickinson", "Matsushita", "therapist", "Clitheroe", "sniggering", "niggardly", "cocktail",
            "analysis", "bass", "grape", "title", "Lightwater", "button", "Bitchū", "Hitchcock", "Kikert", "sussex",
            "Magna Cum Laude", "Buttermilk", "Uranus", "Wankel", "Fukushima", "Fugazi", "Phuket", "Nigeria",
            "Montenegro", "сука́", "Scheibe", "Putumayo", "reputation", "circumstance", "Whoreson Street", "d e f g h",
            "U 2", "a*b", "4 * 4", "N*E*R*D", "*NSYNC", "P*nk", "s***", "love*me*do", "24/7 365", "R.E.M.", "S.O.S.",
            "A-S-A-P",
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
        #expect(found.spelling == .masked)
        #expect((found.start, found.length) == (3, 4))
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

    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let matched: String
        let spelling: ProfanitySpelling
        let level: ProfanityLevel
        var testDescription: String { text }

        init(_ text: String, _ matched: String, _ spelling: ProfanitySpelling, _ level: ProfanityLevel) {
            (self.text, self.matched, self.spelling, self.level) = (text, matched, spelling, level)
        }
    }

    @Test(
        "the span is the original's, and a blocked word that may be an accident is only flagged",
        arguments: [
            Case("you kike", "kike", .plain, .block), Case("KIKE", "KIKE", .plain, .block),
            Case("k1ke!", "k1ke!", .masked, .block), Case("you k*ke!", "k*ke", .masked, .flag),
            Case("kiiiike", "kiiiike", .stretched, .flag),
            Case("oh k i k e oh", "k i k e", .spaced, .flag), Case("«ＫＩＫＥ»", "ＫＩＫＥ", .plain, .block),
            Case("🎵 fu\u{200b}ck 🎵", "fu\u{200b}ck", .plain, .flag),
            Case("motherfuckers", "motherfuckers", .inside, .flag),
            Case("what the crap", "crap", .plain, .mild),
        ]
    )
    func spans(_ example: Case) throws {
        let found = try #require(check.findings(in: example.text, field: "title").first)
        #expect(found.matched == example.matched)
        #expect(found.spelling == example.spelling)
        #expect(found.level == example.level)
        let start = example.text.index(example.text.startIndex, offsetBy: found.start)
        #expect(example.text[start...].prefix(found.length) == found.matched)
    }

    @Test("an operator can find words inside of others, protect a word, and label mildly")
    func operatorStems() throws {
        let list = "flag *blorp*\nallow blorpington\nmild zonk\nallow fuck\n"
        let check = ProfanityCheck(rules: try ProfanityRules(list: list, extending: .starter))
        #expect(check.findings(in: "superblorped", field: "t").first?.spelling == .inside)
        #expect(check.findings(in: "Blorpington", field: "t").isEmpty)
        #expect(check.findings(in: "zonk", field: "t").first?.level == .mild)
        #expect(check.findings(in: "fuck, clusterfuck", field: "t").isEmpty)
    }
}
