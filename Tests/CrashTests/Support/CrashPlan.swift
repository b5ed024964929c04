import FoundationEssentials

/// What one run of the kill test does; repeated exactly (as far as the machine allows) by the same `SEED`.
struct CrashPlan: Sendable, CustomStringConvertible {
    /// `SEED`, or a new one.
    let seed: UInt64
    /// `KILLS`: moments at which processes are killed.
    let kills: Int
    /// Lanes that each keep one exercise in flight.
    let lanes = 24
    /// Lanes that each publish one track after the other.
    let trackLanes = 2
    /// Lanes that upload and register files that are no audio.
    let noiseLanes = 4
    /// `KEEP=1` keeps the data folder, with the daemons' logs.
    let keepsFolder: Bool

    /// Tracks per lane: few, since each is transcoded anew after every kill.
    var tracksPerLane: Int { max(1, min(4, kills / 12)) }

    init(environment: [String: String]) {
        var system = SystemRandomNumberGenerator()
        seed = environment["SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999, using: &system)
        kills = environment["KILLS"].flatMap { Int($0) }.map { max(1, $0) } ?? 100
        keepsFolder = environment["KEEP"] == "1"
    }

    var description: String {
        "kill test: SEED=\(seed) KILLS=\(kills), \(lanes) lanes of exercises, \(trackLanes * tracksPerLane) tracks"
    }
}

/// SplitMix64: small, and the same on every machine.
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64, stream: UInt64) {
        state = seed &* 0xd134_2543_de82_ef95 &+ stream &* 0x9e37_79b9_7f4a_7c15
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration {
        .milliseconds(Int.random(in: range, using: &self))
    }

    /// True once in `count` times.
    mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
