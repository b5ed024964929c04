import FoundationEssentials
import LyricsSync
import Testing

@Suite("Synced lyrics")
struct SyncedLyricsTests {
    static let sample = SyncedLyrics(
        language: "en",
        source: LyricsSource(provider: .aligner, explanation: "aligned/heard"),
        lines: [
            LyricsLine(
                startMs: 1_000,
                endMs: 2_500,
                text: "I <3 you & me",
                timing: .aligned,
                words: [
                    LyricsWord(startMs: 1_000, endMs: 1_200, text: "I"),
                    LyricsWord(startMs: 1_200, endMs: 1_600, text: "<3"),
                    LyricsWord(startMs: 1_600, endMs: 1_900, text: "you"),
                    LyricsWord(startMs: 1_900, endMs: 2_000, text: "&"),
                    LyricsWord(startMs: 2_000, endMs: 2_500, text: "me"),
                ]
            ),
            LyricsLine(startMs: 3_725_999, endMs: 3_726_500, text: "late [end]", timing: .estimated),
        ]
    )

    @Test("canonical JSON has sorted keys, raw slashes, and reads back equal")
    func canonical() throws {
        let json = try Self.sample.canonicalJSON()
        let text = String(decoding: json, as: UTF8.self)
        #expect(
            text.hasPrefix(
                #"{"language":"en","lines":[{"endMs":2500,"startMs":1000,"text":"I <3 you & me","timing":"aligner""#
            )
        )
        #expect(text.contains(#""source":{"explanation":"aligned/heard","isDraft":true,"provider":"aligner"}"#))
        #expect(try SyncedLyrics(canonicalJSON: json) == Self.sample)
    }

    @Test("LRC has hundredths, minutes past 59, and no text that reads as a stamp")
    func lrc() {
        #expect(Self.sample.lrc() == "[la:en]\n[00:01.00]I ‹3 you & me\n[62:05.99]late (end)\n")
        #expect(
            Self.sample.lrc(wordStamps: true).contains(
                "[00:01.00]<00:01.00>I <00:01.20>‹3 <00:01.60>you <00:01.90>& <00:02.00>me\n"
            )
        )
    }

    @Test("WebVTT has cues, word stamps inside them, and escaped text")
    func webVTT() {
        #expect(
            Self.sample.webVTT() == """
                WEBVTT

                1
                00:00:01.000 --> 00:00:02.500
                I <00:00:01.200>&lt;3 <00:00:01.600>you <00:00:01.900>&amp; <00:00:02.000>me

                2
                01:02:05.999 --> 01:02:06.500
                late [end]

                """
        )
    }

    @Test(
        "the validator names rule and place",
        arguments: [
            (LyricsProblem.Rule.negativeTime, "lines[0]", -1, 900), (.emptyInterval, "lines[0]", 5, 5),
            (.pastTheEnd, "lines[0]", 0, 10_051),
        ]
    )
    func problems(_ rule: LyricsProblem.Rule, _ path: String, _ start: Int, _ end: Int) {
        var lyrics = Self.sample
        lyrics.lines = [LyricsLine(startMs: start, endMs: end, text: "la", timing: .model)]
        guard case .failure(let problems) = LyricsValidator(durationMilliseconds: 10_000).validate(lyrics) else {
            return #expect(Bool(false), "expected a problem")
        }
        #expect(problems.problems.map(\.rule) == [rule])
        #expect(problems.problems.map(\.path) == [path])
        #expect(problems.code == "invalid-lyrics")
    }

    @Test("an artist may write <3, a model may not write tags")
    func markup() {
        let own = LyricsValidator(durationMilliseconds: 4_000_000)
        let strict = LyricsValidator(durationMilliseconds: 4_000_000, refusesMarkup: true)
        #expect(own.problems(in: Self.sample).isEmpty)
        #expect(strict.problems(in: Self.sample).isEmpty)
        var tagged = Self.sample
        tagged.lines[0].text = "<b>loud</b>"
        #expect(own.problems(in: tagged).isEmpty)
        #expect(strict.problems(in: tagged).map(\.rule) == [.markup])
    }

    @Test("reports stop at a bounded number of problems")
    func bounded() {
        var lyrics = Self.sample
        lyrics.lines = Array(repeating: LyricsLine(startMs: -1, endMs: -2, text: "", timing: .model), count: 900)
        let problems = LyricsValidator(durationMilliseconds: 10).problems(in: lyrics)
        #expect(problems.count == LyricsValidator.problemsMax)
    }
}
