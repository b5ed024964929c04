public import SystemPackage

/// Checks a result directory against its own bytes: names, playlists, timestamp tags, every ADTS frame.
///
/// It reads only the files, shares no state with the transcoder and trusts no playlist.
public enum HLSVerifier {
    /// One broken rule.
    public struct Problem: Sendable, Equatable, CustomStringConvertible {
        /// The file it was found in.
        public var file: String
        /// What was expected and what was found.
        public var message: String
        /// `<file>: <message>`.
        public var description: String { "\(file): \(message)" }
    }

    /// Every problem of the result in `directory`; empty for a correct one. Unreadable files are problems, too.
    public static func verify(directory: FilePath) -> [Problem] {
        var inspection = Inspection(directory: directory)
        inspection.run()
        return inspection.problems
    }
}

private struct Inspection {
    let directory: FilePath
    var problems: [HLSVerifier.Problem] = []

    private struct Variant {
        var durations: [Int] = []
        var samples: [Int] = []
        var bytes: [Int] = []
        var sampleRate = 0
    }

    init(directory: FilePath) { self.directory = directory }

    mutating func run() {
        var expected: Set<String> = [RenditionKind.masterPlaylist]
        var variants: [Variant] = []
        for kind in RenditionKind.allCases {
            expected.insert(kind.playlist)
            let variant = inspect(kind)
            expected.formUnion((0..<variant.samples.count).map { kind.segment($0) })
            variants.append(variant)
        }
        if Set(variants.map(\.samples)).count > 1 { report("master.m3u8", "the variants' segments are not aligned") }
        inspectMaster(variants)
        for name in ((try? ResultFile.names(in: directory)) ?? nil) ?? [] where !expected.contains(name) {
            report(name, "no playlist names this file")
        }
    }

    private mutating func inspect(_ kind: RenditionKind) -> Variant {
        var variant = Variant()
        guard let bytes = load(kind.playlist) else { return variant }
        let text = String(decoding: bytes, as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        var target = 0
        if lines.count > 4 {
            target = Int(lines[2].dropFirst("#EXT-X-TARGETDURATION:".count)) ?? 0
        }
        let head = [
            "#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:\(target)", "#EXT-X-MEDIA-SEQUENCE:0",
            "#EXT-X-PLAYLIST-TYPE:VOD",
        ]
        if lines.prefix(5).map(String.init) != head || target < 1 { report(kind.playlist, "unexpected header lines") }
        lines = lines.dropFirst(5)
        while let line = lines.first, line.hasPrefix("#EXTINF:"), lines.count >= 2 {
            let name = String(lines[lines.startIndex + 1])
            lines = lines.dropFirst(2)
            inspectSegment(kind, name, stated: line.dropFirst(8), &variant)
        }
        if lines.map(String.init) != ["#EXT-X-ENDLIST", ""] {
            report(kind.playlist, "expected #EXT-X-ENDLIST at the end")
        }
        if variant.samples.isEmpty { report(kind.playlist, "names no segment") }
        if target != Playlist.targetDuration(variant.durations) {
            report(kind.playlist, "target duration \(target), longest segment \(variant.durations.max() ?? 0) us")
        }
        return variant
    }

    private mutating func inspectSegment(
        _ kind: RenditionKind,
        _ name: String,
        stated: Substring,
        _ variant: inout Variant
    ) {
        guard name == kind.segment(variant.samples.count), RenditionKind.isResultName(name) else {
            return report(kind.playlist, "expected \(kind.segment(variant.samples.count)), found \(name)")
        }
        guard let bytes = load(name) else { return variant.samples.append(0) }
        let before = variant.samples.reduce(0, +)
        do {
            let summary = try ADTSScanner.scan(bytes, from: TimestampTag.byteCount)
            if variant.sampleRate != 0, summary.sampleRate != variant.sampleRate {
                report(name, "sample rate \(summary.sampleRate), before it was \(variant.sampleRate)")
            }
            variant.sampleRate = summary.sampleRate
            let micros = Playlist.micros(samples: summary.samples, sampleRate: summary.sampleRate)
            if stated != "\(Playlist.decimal(micros: micros))," {
                report(kind.playlist, "\(name) is \(Playlist.decimal(micros: micros)) s long, EXTINF says \(stated)")
            }
            let expected = TimestampTag.timestamp(samples: before, sampleRate: summary.sampleRate)
            let found = TimestampTag.timestamp(in: bytes)
            if found != expected {
                report(name, "timestamp tag: expected \(expected), found \(found.map(String.init) ?? "none")")
            }
            variant.samples.append(summary.samples)
            variant.durations.append(micros)
            variant.bytes.append(bytes.count)
        } catch {
            report(name, "\(error)")
            variant.samples.append(0)
        }
    }

    private mutating func inspectMaster(_ variants: [Variant]) {
        guard let bytes = load(RenditionKind.masterPlaylist) else { return }
        let renditions = zip(RenditionKind.allCases, variants).map { kind, variant in
            let segments = zip(variant.durations, variant.bytes).map { micros, count in
                let file = PublishedFile(name: "", byteCount: count, sha256: "")
                return Rendition.Segment(file: file, samples: 0, durationMicroseconds: micros)
            }
            let (peak, average) = Playlist.bandwidth(segments)
            return Rendition(
                name: kind.rawValue,
                bandwidth: peak,
                averageBandwidth: average,
                sampleRate: variant.sampleRate,
                segments: segments
            )
        }
        if bytes != Array(Playlist.master(renditions).utf8) {
            report(RenditionKind.masterPlaylist, "expected\n\(Playlist.master(renditions))")
        }
    }

    private mutating func load(_ name: String) -> [UInt8]? {
        do {
            return try ResultFile.read(directory.appending(name))
        } catch {
            report(name, error.detail)
            return nil
        }
    }

    private mutating func report(_ file: String, _ message: String) {
        problems.append(HLSVerifier.Problem(file: file, message: message))
    }
}
