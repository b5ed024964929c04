import Foundation

/// What every workload is given: how much to do, and where.
struct Bench: Sendable {
    /// How much is done.
    enum Size: String, Codable, Sendable {
        /// Every workload in a moment: shows that it works, not how fast.
        case tiny
        /// All of them in about five minutes.
        case standard
        /// With a million runs where that is asked for.
        case full
    }

    let size: Size
    /// Seconds of one throughput round.
    let seconds: Double
    /// Rounds of floor and engine, interleaved.
    let rounds: Int
    /// Where the databases are: it decides which disk is measured.
    let directory: String
    let seeds = Seeds()

    /// One of three numbers, by size.
    func pick<Value>(tiny: Value, standard: Value, full: Value? = nil) -> Value {
        switch size {
        case .tiny: tiny
        case .standard: standard
        case .full: full ?? standard
        }
    }

    /// The path of a new file, which is removed with what belongs to it once `body` has returned.
    func withFile<Result>(_ name: String, _ body: (String) async throws -> Result) async throws -> Result {
        let path = newPath(name)
        defer { Self.remove(path) }
        return try await body(path)
    }

    func newPath(_ name: String) -> String { "\(directory)/\(name)-\(UUID().uuidString)" }

    /// Removes a file and all whose names begin like it.
    static func remove(_ path: String) {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent()
        for file in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        where file.hasPrefix(url.lastPathComponent) {
            try? FileManager.default.removeItem(at: folder.appendingPathComponent(file))
        }
    }

    /// Measures floor and engine one after the other, round by round, so that a change of the machine's speed meets both.
    func interleaved<Floor, Value>(
        floor: () async throws -> Floor,
        engine: () async throws -> Value
    ) async throws -> [(floor: Floor, engine: Value)] {
        var pairs: [(Floor, Value)] = []
        for _ in 0..<rounds { pairs.append((try await floor(), try await engine())) }
        return pairs
    }
}

/// Something that cannot be measured here.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
