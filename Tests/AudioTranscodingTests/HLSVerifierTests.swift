import AudioTranscoding
import SystemPackage
import Testing

@Suite("Verifier", .timeLimit(.minutes(1)))
struct HLSVerifierTests {
    @Test("finds every kind of damage to a result")
    func damage() async throws {
        let bench = try Workbench()
        let source = try await bench.tone(seconds: 21, output: "a.flac")
        _ = try await bench.transcoder().transcode(source: source, into: bench.output)
        #expect(HLSVerifier.verify(directory: bench.output) == [])

        let edits: [(file: String, edit: @Sendable ([UInt8]) -> [UInt8])] = [
            ("high_001.aac", { Array($0.dropLast()) }),
            ("high_001.aac", { $0 + [0] }),
            ("high_001.aac", { Array($0.dropFirst(73)) }),
            ("low_001.aac", { bytes in bytes.enumerated().map { $0.offset == 72 ? $0.element ^ 1 : $0.element } }),
            ("low_000.aac", { bytes in bytes.enumerated().map { $0.offset == 73 ? 0x47 : $0.element } }),
            ("high.m3u8", { Self.replace("EXTINF:10.0", by: "EXTINF:10.1", in: $0) }),
            ("high.m3u8", { Self.replace("TARGETDURATION:10", by: "TARGETDURATION:11", in: $0) }),
            ("high.m3u8", { Self.replace("high_000.aac", by: "../x_000.aac", in: $0) }),
            ("low.m3u8", { Self.replace("#EXT-X-ENDLIST\n", by: "", in: $0) }),
            ("low.m3u8", { Self.replace("TYPE:VOD", by: "TYPE:EVENT", in: $0) }),
            ("master.m3u8", { Self.replace("BANDWIDTH=1", by: "BANDWIDTH=2", in: $0) }),
            ("master.m3u8", { Self.replace("low.m3u8", by: "http://x/low.m3u8", in: $0) }),
            ("stray.aac", { _ in [1] }),
        ]
        for (index, (file, edit)) in edits.enumerated() {
            let path = bench.output.appending(file)
            let original = file == "stray.aac" ? [] : try bench.read(path)
            try bench.write(edit(original), to: "track/\(file)")
            #expect(HLSVerifier.verify(directory: bench.output) != [], "edit \(index) of \(file)")
            if file == "stray.aac" {
                try bench.delete("track/stray.aac")
            } else {
                try bench.write(original, to: "track/\(file)")
            }
        }
        #expect(HLSVerifier.verify(directory: bench.output) == [])
    }

    @Test("reports an absent result")
    func absent() throws {
        let bench = try Workbench()
        let problems = HLSVerifier.verify(directory: bench.output)
        #expect(problems.contains { $0.file == "master.m3u8" })
    }

    private static func replace(_ old: String, by new: String, in bytes: [UInt8]) -> [UInt8] {
        Array(String(decoding: bytes, as: UTF8.self).replacing(old, with: new).utf8)
    }
}
