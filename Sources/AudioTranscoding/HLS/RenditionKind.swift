/// The two qualities every track is offered in, and the names of their files.
enum RenditionKind: String, CaseIterable {
    case high
    case low

    static let masterPlaylist = "master.m3u8"
    /// Seconds of audio a segment is cut after.
    static let segmentSeconds = 10

    var bitsPerSecond: Int { self == .high ? 128_000 : 64_000 }
    var playlist: String { "\(rawValue).m3u8" }
    /// The encoder's file name pattern.
    var segmentPattern: String { "\(rawValue)_%03d.aac" }

    func segment(_ index: Int) -> String {
        let digits = String(index)
        return "\(rawValue)_\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits).aac"
    }

    /// Whether `name` is a name that may occur in a result: `master.m3u8`, `high.m3u8`, `low.m3u8`, or
    /// `high_` or `low_`, three digits, `.aac`.
    static func isResultName(_ name: String) -> Bool {
        if name == masterPlaylist { return true }
        return allCases.contains { kind in
            if name == kind.playlist { return true }
            guard name.hasPrefix(kind.rawValue + "_"), name.hasSuffix(".aac") else { return false }
            let digits = name.dropFirst(kind.rawValue.count + 1).dropLast(4)
            return digits.utf8.count == 3 && digits.utf8.allSatisfy { (48...57).contains($0) }
        }
    }
}
