import Testing
import WorkflowCore

@Suite("Damaged bytes")
struct DamagedBytesTests {
    @Test("a batch cut at any length is a valid prefix or a clear error")
    func truncated() throws {
        let events = Sample.oneOfEach
        let bytes = HistoryCoding.encode(events)
        var prefixes = 0
        for length in 0...bytes.count {
            do {
                let decoded = try HistoryCoding.decode(Array(bytes[..<length]))
                #expect(decoded == Array(events[..<decoded.count]))
                prefixes += 1
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
        #expect(prefixes == events.count + 1, "only a cut between two events leaves a valid batch")
    }

    @Test("20 000 mutated batches are decoded and applied without a trap")
    func mutated() {
        let seed = SystemRandomNumberGenerator.seed()
        print("DamagedBytesTests seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let batches = Sample.oneOfEach.map { HistoryCoding.encode([$0]) } + [HistoryCoding.encode(Sample.oneOfEach)]
        var outcomes = (decoded: 0, refused: 0)
        for _ in 0..<20_000 {
            let bytes = Self.mutate(batches.randomElement(using: &random) ?? [], using: &random)
            do {
                let events = try HistoryCoding.decode(bytes)
                Self.exercise(events)
                outcomes.decoded += 1
            } catch {
                outcomes.refused += 1
            }
        }
        #expect(outcomes.decoded > 0, "seed \(seed)")
        #expect(outcomes.refused > 0, "seed \(seed)")
    }

    /// One to four changes: a flipped bit, a new byte, a lost byte, a repeated piece, a cut.
    static func mutate(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
            case 4: bytes.insert(contentsOf: bytes[index...].prefix(40), at: index)
            default: bytes.removeSubrange(index...)
            }
        }
        return bytes
    }

    /// Does with damaged events what the engine would do with them.
    static func exercise(_ events: [HistoryEvent]) {
        var machine = RunMachine()
        _ = try? machine.apply(HistoryEvent(id: 1, time: .distantPast, attributes: Sample.started))
        for event in events {
            _ = event.time.description
            _ = CommandKey(event)?.description
            _ = try? machine.record(event.attributes, at: event.time)
            if case .activityTaskScheduled(let activity) = event.attributes {
                _ = activity.retryPolicy.problem
                _ = activity.retryPolicy.decision(
                    after: .error("Busy"),
                    attempt: 3,
                    remaining: activity.scheduleToCloseTimeout,
                    draw: 0.5
                )
            }
        }
        _ = try? HistoryCoding.decode(HistoryCoding.encode(events))
    }
}

extension SystemRandomNumberGenerator {
    fileprivate static func seed() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
