import Testing
import WorkflowCore

@Suite("Seeded randomness")
struct RandomSourceTests {
    @Test(
        "the sequence is SplitMix64's",
        arguments: [
            (0, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]),
            (
                1_234_567,
                [
                    6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                    4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
                ]
            ),
        ] as [(UInt64, [UInt64])]
    )
    func knownValues(seed: UInt64, values: [UInt64]) {
        var generator = SeededGenerator(seed: seed)
        for value in values { #expect(generator.next() == value) }
    }

    @Test("a unit value lies in [0, 1)")
    func unit() {
        var generator = SeededGenerator(seed: 7)
        let draws = (0..<10_000).map { _ in generator.nextUnit() }
        #expect(draws.allSatisfy { (0..<1).contains($0) })
        #expect(abs(draws.reduce(0, +) / 10_000 - 0.5) < 0.02)
    }

    @Test("an attempt's jitter is the same wherever it is computed, and differs between attempts")
    func jitter() {
        let attempts = [Int.min, -1, 0] + Array(1...100) + [Int.max]
        let draw = { SeededGenerator.retryJitter(runSeed: RunID("run").seed, scheduledEventID: 5, attempt: $0) }
        let first = attempts.map(draw)
        #expect(first == attempts.map(draw))
        #expect(Set(first).count == attempts.count)
        #expect(first.allSatisfy { (0..<1).contains($0) })
    }

    @Test("runs and activities have jitter of their own")
    func jitterOfOthers() {
        let draws = (1...50).flatMap { event in
            ["a", "b"].map { run in
                SeededGenerator.retryJitter(runSeed: RunID(run).seed, scheduledEventID: EventID(event), attempt: 1)
            }
        }
        #expect(Set(draws).count == draws.count)
    }

    @Test(
        "a run's seed is FNV-1a over its id",
        arguments: [
            ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
        ] as [(String, UInt64)]
    )
    func seed(id: String, seed: UInt64) {
        #expect(RunID(id).seed == seed)
    }
}

@Suite("UUID text")
struct UUIDTextTests {
    @Test("version 4 has the canonical form, its version and its variant")
    func version4() {
        var generator = SeededGenerator(seed: 1)
        var seen: Set<String> = []
        for _ in 0..<1000 {
            let text = UUIDText.version4(using: &generator)
            #expect(text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
            seen.insert(text)
        }
        #expect(seen.count == 1000)
    }

    @Test("version 7 reproduces the example of RFC 9562, appendix A.6")
    func version7Example() {
        let text = UUIDText.version7(
            at: Timestamp(milliseconds: 0x017f_22e2_79b0),
            random: (0xcc3, 0x18c4_dc0c_0c07_398f)
        )
        #expect(text == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test("version 7 sorts by time whatever the random bits are")
    func version7Order() {
        var generator = SeededGenerator(seed: 3)
        let texts = (0..<500).map { step in
            UUIDText.version7(
                at: HistoryBuilder.beginning + .milliseconds(step),
                random: (generator.next(), generator.next())
            )
        }
        #expect(texts == texts.sorted())
        #expect(texts.allSatisfy { $0.wholeMatch(of: /.{14}7.{4}[89ab].{16}/) != nil })
    }
}
