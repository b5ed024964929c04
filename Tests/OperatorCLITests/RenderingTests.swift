import OperatorCLI
import Testing
import WorkflowCore

@Suite("Text for terminals and pipes")
struct RenderingTests {
    private func table() -> TextTable {
        var table = TextTable([.init("ID"), .init("N", isRight: true), .init("TEXT", isFlexible: true)])
        table.add(.init("日本"), .init("7", .good), .init("a long text that goes on and on"))
        table.add(.init("é"), .init("12"), .init("b"))
        return table
    }

    @Test("columns align by display width, and a pipe gets everything without escapes")
    func pipe() {
        let text = table().text(TextStyle(hasColor: false, isUnicode: true, width: nil))
        #expect(
            text == """
                ID     N  TEXT
                日本   7  a long text that goes on and on
                é     12  b

                """
        )
    }

    @Test("a narrow terminal cuts flexible columns only", arguments: [true, false])
    func narrow(isUnicode: Bool) {
        let text = table().text(TextStyle(hasColor: false, isUnicode: isUnicode, width: 30))
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines[1] == (isUnicode ? "日本   7  a long text that go…" : "日本   7  a long text that ..."))
        #expect(lines.allSatisfy { $0.displayWidth <= 30 })
    }

    @Test("a cell cannot steer the terminal")
    func hostileCell() {
        var table = TextTable([.init("A")])
        table.add(.init("\u{1b}[2J\n"))
        #expect(table.text(TextStyle(hasColor: false, isUnicode: true, width: nil)) == "A\n\\u{1b}[2J\\n\n")
    }

    @Test("colour wraps the text, not its padding")
    func color() {
        let text = table().text(TextStyle(hasColor: true, isUnicode: true, width: nil))
        #expect(text.contains(" \u{1b}[32m7\u{1b}[0m  a long"))
    }

    @Test(
        "display width follows the terminal",
        arguments: [("abc", 3), ("日本語", 6), ("e\u{301}", 1), ("👩‍👩‍👧", 2), ("❤️", 2), ("ﾊ", 1), ("가", 2), ("", 0)]
    )
    func width(text: String, width: Int) { #expect(text.displayWidth == width) }

    @Test(
        "nothing reaches the terminal that it would obey",
        arguments: [
            ("\u{1b}[2Jx", "\\u{1b}[2Jx"), ("a\nb\tc", "a\\nb\\tc"), ("\u{202e}abc", "\\u{202e}abc"),
            ("\u{9b}31m", "\\u{9b}31m"), ("plain é 👩‍👧", "plain é 👩‍👧"),
        ]
    )
    func controls(text: String, printable: String) { #expect(text.printable == printable) }

    @Test(
        "durations show their two largest units",
        arguments: [
            (Duration.zero, "0 ms"), (.milliseconds(350), "350 ms"), (.milliseconds(1250), "1.2 s"),
            (.seconds(42), "42 s"), (.seconds(192), "3 min 12 s"), (.seconds(7200), "2 h"),
            (.seconds(2_592_000), "30 d"), (.seconds(90_000), "1 d 1 h"), (.seconds(-5), "-5 s"),
        ]
    )
    func durations(duration: Duration, text: String) { #expect(duration.forPeople == text) }

    @Test(
        "sizes have binary units",
        arguments: [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (2048, "2 KiB"), (50 << 20, "50 MiB")]
    )
    func sizes(bytes: Int, text: String) { #expect(bytes.bytesForPeople == text) }
}

@Suite("JSON values")
struct JSONValueTests {
    @Test(
        "a text is re-encoded with sorted keys and without white space",
        arguments: [
            (#"{ "b" : 1, "a" : [true, null, "x/y"] }"#, #"{"a":[true,null,"x/y"],"b":1}"#),
            ("18446744073709551615", "18446744073709551615"), ("-9007199254740993", "-9007199254740993"),
            ("0.1", "0.1"), (#""\u0007\u009b\"é""#, #""\u0007\u009b\"é""#), ("{}", "{}"), ("[]", "[]"),
            ("false", "false"), ("1", "1"), ("0", "0"),
        ]
    )
    func canonical(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)).text == expected)
    }

    @Test("what is not JSON is refused", arguments: ["", "{", "{a:1}", "[1 2]", "'x'", "1 2"])
    func invalid(text: String) {
        #expect(throws: (any Error).self) { try JSONValue(parsing: Array(text.utf8)) }
    }
}
