/// A small, fast generator whose sequence follows from its seed alone and is the same on every platform and in every
/// build (SplitMix64, Steele et al. 2014).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64
    /// What `state` grows by with every draw: the fractional part of the golden ratio.
    private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= Self.increment
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A uniform value in `[0, 1)` with 53 random bits.
    package mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// The jitter of one attempt of one activity of one run.
    package static func retryJitter(runSeed: UInt64, scheduledEventID: EventID, attempt: Int) -> Double {
        let seed = runSeed ^ (UInt64(bitPattern: scheduledEventID) &* 0x1000_0001_b3)
        var generator = SeededGenerator(seed: seed &+ UInt64(bitPattern: Int64(attempt)) &* increment)
        return generator.nextUnit()
    }
}

/// Text of UUIDs.
package enum UUIDText {
    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// A random UUID (version 4, RFC 9562 section 5.4) drawn from `generator`.
    package static func version4(using generator: inout SeededGenerator) -> String {
        let high = generator.next() & 0xffff_ffff_ffff_0fff | 0x4000
        let low = generator.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        return text(high: high, low: low)
    }

    /// A time-ordered UUID (version 7, RFC 9562 section 5.7) from a time and 74 random bits.
    package static func version7(at time: Timestamp, random: (UInt64, UInt64)) -> String {
        let milliseconds = UInt64(bitPattern: time.milliseconds) & 0xffff_ffff_ffff
        let high = milliseconds << 16 | 0x7000 | random.0 & 0x0fff
        let low = random.1 & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        return text(high: high, low: low)
    }

    private static func text(high: UInt64, low: UInt64) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        for (word, groups) in [(high, [8, 4, 4]), (low, [4, 12])] {
            var shift = 60
            for length in groups {
                if !bytes.isEmpty { bytes.append(UInt8(ascii: "-")) }
                for _ in 0..<length {
                    bytes.append(hexDigits[Int(word >> UInt64(shift) & 0xf)])
                    shift -= 4
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
