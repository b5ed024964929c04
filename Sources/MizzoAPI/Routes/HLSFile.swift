/// The name of a playlist or segment: `^(master|high|low)(_\d{3})?\.(m3u8|aac)$`, ASCII digits only. Nothing else ever
/// becomes part of an object key.
struct HLSFile: Equatable, Sendable {
    let name: String
    let isPlaylist: Bool

    init?(_ name: String) {
        let halves = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 16, halves.count == 2, halves[1] == "m3u8" || halves[1] == "aac" else { return nil }
        let stem = halves[0].split(separator: "_", omittingEmptySubsequences: false)
        guard (1...2).contains(stem.count), ["master", "high", "low"].contains(stem[0]) else { return nil }
        if stem.count == 2 {
            let digits = stem[1].utf8
            guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        }
        self.name = name
        isPlaylist = halves[1] == "m3u8"
    }

    var contentType: String { isPlaylist ? "application/vnd.apple.mpegurl" : "audio/aac" }
}
