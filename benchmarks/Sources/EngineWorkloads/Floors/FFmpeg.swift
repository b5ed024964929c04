import Foundation

/// ffmpeg by itself.
enum FFmpeg {
    /// Makes a stereo MP3 that is not trivial to encode: a chord under pink noise.
    static func makeTrack(_ path: String, seconds: Int) throws {
        let chord = "aevalsrc='0.2*sin(440*2*PI*t)+0.2*sin(554*2*PI*t)|0.2*sin(659*2*PI*t)+0.2*sin(880*2*PI*t)'"
        _ = try run([
            "-f", "lavfi", "-i", "\(chord):s=44100:d=\(seconds)",
            "-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.2:seed=1:r=44100:d=\(seconds)",
            "-filter_complex", "[0:a][1:a]amix=inputs=2", "-ac", "2", "-c:a", "libmp3lame", "-b:a", "192k", path,
        ])
    }

    /// One decode and the two AAC renditions in segments. Returns the seconds.
    static func renditions(_ track: String, into path: String) throws -> Double {
        try run(
            ["-i", track, "-filter_complex", "[0:a:0]\(format),asplit=2[high][low]"]
                + rendition("high", "128000", path) + rendition("low", "64000", path)
        )
    }

    /// The renditions, the loudness and the samples of a waveform: all that the transcoder asks of its decoder.
    static func everything(_ track: String, into path: String) throws -> Double {
        let graph =
            "[0:a:0]\(format),asplit=4[high][low][measured][mono];[measured]ebur128=peak=true:framelog=verbose[loudness];"
            + "[mono]aformat=sample_fmts=s16:sample_rates=8000:channel_layouts=mono[wave]"
        return try run(
            ["-i", track, "-filter_complex", graph] + rendition("high", "128000", path)
                + rendition("low", "64000", path) + ["-map", "[loudness]", "-f", "null", "-"]
                + ["-map", "[wave]", "-c:a", "pcm_s16le", "-f", "s16le", "\(path)-wave.s16"]
        )
    }

    private static let format = "aformat=sample_rates=44100:channel_layouts=stereo"

    private static func rendition(_ name: String, _ bitsPerSecond: String, _ path: String) -> [String] {
        [
            "-map", "[\(name)]", "-c:a", "aac", "-b:a", bitsPerSecond, "-f", "segment", "-segment_time", "10",
            "-segment_format", "adts", "\(path)-\(name)-%03d.aac",
        ]
    }

    private static func run(_ arguments: [String]) throws -> Double {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ffmpeg")
        process.arguments = ["-nostdin", "-y", "-loglevel", "error"] + arguments
        let begun = ContinuousClock.now
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchError("ffmpeg ended with status \(process.terminationStatus)")
        }
        return begun.duration(to: .now).milliseconds / 1000
    }
}
