import FoundationEssentials

/// Decoded audio in the form the aligner wants: mono, 16 kHz, signed 16 bits, in a headerless file.
struct SpeechAudio: Sendable {
    static let samplesPerSecond = 16_000

    /// Path of the samples.
    let path: String
    /// The samples as bytes.
    let bytes: Data

    /// Decodes the request's file with ffmpeg: explicit demuxer, no network, first audio stream only, bounded length.
    ///
    /// - Throws: ``ToolFailure`` when the type is not accepted, nothing could be decoded or ffmpeg failed.
    static func decode(
        _ audio: LyricsAudio,
        durationMs: Int,
        with toolchain: EmbeddedToolchain,
        in directory: String
    ) async throws -> SpeechAudio {
        guard let file = audio.filePath else {
            throw ToolFailure(tool: toolchain.ffmpeg, reason: "has no local audio file to decode")
        }
        guard let demuxer = AudioFormat.demuxer(forMIMEType: audio.mimeType) else {
            throw ToolFailure(tool: toolchain.ffmpeg, reason: "is not used for this type of audio")
        }
        let path = directory + "/samples.raw"
        let tool = BoundedTool(launcher: toolchain.launcher, timeLimit: toolchain.decodingTimeLimit)
        let seconds = durationMs / 1_000 + 2
        let arguments =
            ["-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe"]
            + ["-f", demuxer, "-i", "file:" + file, "-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1"]
            + ["-t", String(seconds), "-ac", "1", "-ar", String(samplesPerSecond)]
            + ["-c:a", "pcm_s16le", "-f", "s16le", "-y", "file:" + path]
        let output = try await tool.run(toolchain.ffmpeg, arguments, in: directory)
        let bytes = try? Data(contentsOf: URL(filePath: path))
        guard output.exitedCleanly, let bytes, bytes.count >= 2 * samplesPerSecond / 10 else {
            throw ToolFailure(tool: toolchain.ffmpeg, reason: "could not decode the audio (\(output.status))")
        }
        return SpeechAudio(path: path, bytes: bytes)
    }
}
