import FoundationEssentials
import Subprocess
import SystemPackage

/// A song made at test time: each line spoken by espeak-ng, with known silence between, so that its times are known.
struct SpokenSong: Sendable {
    static let silenceMs = 700

    struct ToolMissing: Error, CustomStringConvertible {
        let description: String
    }

    /// The WAV file, 16 kHz, mono.
    let path: String
    let durationMs: Int
    /// Where each line really starts.
    let lineStartsMs: [Int]

    /// Speaks the lines into `directory`.
    static func speak(_ lines: [String], into directory: String, backgroundLevel: Double = 0) async throws -> SpokenSong
    {
        var samples = silence(milliseconds: silenceMs)
        var starts: [Int] = []
        for line in lines {
            let spoken = try await speak(line)
            let lead = spoken.firstIndex { abs(Int($0)) > 300 } ?? 0
            starts.append((samples.count + lead) * 1_000 / 22_050)
            samples += spoken + silence(milliseconds: silenceMs)
        }
        if backgroundLevel > 0 { addChord(&samples, level: backgroundLevel) }
        let path = directory + "/song.wav"
        try wav(samples).write(to: URL(filePath: path))
        return SpokenSong(path: path, durationMs: samples.count * 1_000 / 22_050, lineStartsMs: starts)
    }

    /// Fails with a sentence when a program of this suite is not installed.
    static func require(_ program: String) throws {
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw ToolMissing(
                description: "\(program) is missing: install espeak-ng, pocketsphinx, pocketsphinx-en-us and ffmpeg"
            )
        }
    }

    private static func speak(_ line: String) async throws -> [Int16] {
        let program = "/usr/bin/espeak-ng"
        try require(program)
        let result = try await run(
            .path(FilePath(program)),
            arguments: ["-v", "en-us", "-s", "150", "--stdout", line],
            output: .bytes(limit: 4_000_000),
            error: .discarded
        )
        let bytes = result.standardOutput.dropFirst(44)
        return stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map { index in
            Int16(bitPattern: UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8)
        }
    }

    private static func silence(milliseconds: Int) -> [Int16] {
        [Int16](repeating: 0, count: 22_050 * milliseconds / 1_000)
    }

    /// Three square waves under the voice, so that there is no silence left.
    private static func addChord(_ samples: inout [Int16], level: Double) {
        let amplitude = Int(level * 32_767)
        for index in samples.indices {
            let high = [100, 80, 66].count { index / $0 % 2 == 0 }
            let mixed = Int(samples[index]) + (high * 2 - 3) * amplitude / 3
            samples[index] = Int16(clamping: mixed)
        }
    }

    private static func wav(_ samples: [Int16]) -> Data {
        var data = Data("RIFF".utf8)
        func append(_ value: Int, bytes: Int) {
            for shift in 0..<bytes { data.append(UInt8(value >> (8 * shift) & 0xFF)) }
        }
        append(36 + samples.count * 2, bytes: 4)
        data += Data("WAVEfmt ".utf8)
        append(16, bytes: 4)
        for (value, bytes) in [(1, 2), (1, 2), (22_050, 4), (44_100, 4), (2, 2), (16, 2)] {
            append(value, bytes: bytes)
        }
        data += Data("data".utf8)
        append(samples.count * 2, bytes: 4)
        for sample in samples { append(Int(UInt16(bitPattern: sample)), bytes: 2) }
        return data
    }
}
