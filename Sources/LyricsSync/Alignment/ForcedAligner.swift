import FoundationEssentials
import Logging

/// Finds each word of known lyrics in the audio with pocketsphinx.
///
/// First the whole song must match. If it does not, a second pass lets every line be absent, so lines that are sung
/// still get their times and the others are estimated between them.
struct ForcedAligner: Sendable {
    /// Beyond this many lines the second pass is not tried: its grammar grows with the square.
    static let skippableLinesMax = 120
    /// When the language is unknown, this share of the words must be in the English dictionary.
    static let knownPercentMin = 80
    /// Alignment of wrong words squeezes them to the shortest possible length. More than this share is not believed.
    static let squeezedPercentMax = 40
    /// The second pass must find at least this share of the words.
    static let heardPercentMin = 30

    let toolchain: EmbeddedToolchain
    let logger: Logger

    /// - Throws: ``AlignmentFailure``, ``ToolFailure`` or `CancellationError`.
    func align(
        _ lyrics: ArtistLyrics,
        to audio: SpeechAudio,
        within bounds: SoundBounds,
        requiringKnownWords: Bool,
        in directory: String
    ) async throws -> [LyricsLine] {
        guard FileManager.default.isExecutableFile(atPath: toolchain.pocketsphinx) else {
            throw ToolFailure(tool: toolchain.pocketsphinx, reason: "is not installed")
        }
        let script = try AlignmentScript(lyrics, dictionaryPath: toolchain.dictionary)
        guard !script.tokens.isEmpty, !requiringKnownWords || script.knownPercent >= Self.knownPercentMin else {
            throw AlignmentFailure.unknownWords
        }
        let heard = try await hear(script, lineCount: lyrics.lines.count, audio, in: directory)
        return AlignedLines(lyrics: lyrics, script: script, bounds: bounds).lines(from: heard)
    }

    private func hear(
        _ script: AlignmentScript,
        lineCount: Int,
        _ audio: SpeechAudio,
        in directory: String
    ) async throws -> [HeardToken] {
        try script.dictionaryText.write(toFile: directory + "/song.dict", atomically: false, encoding: .utf8)
        let whole = try await decode(script.wholeSongGrammar, audio, in: directory)
        if whole.map(\.token) == Array(script.tokens.indices), isPlausible(whole, script) { return whole }
        guard lineCount > 1, lineCount <= Self.skippableLinesMax else { throw AlignmentFailure.noMatch }
        logger.debug("whole song did not align, trying with absent lines")
        let partial = try await decode(script.skippableLinesGrammar, audio, in: directory)
        guard partial.count * 100 >= script.tokens.count * Self.heardPercentMin else { throw AlignmentFailure.noMatch }
        guard isPlausible(partial, script) else { throw AlignmentFailure.implausible }
        return partial
    }

    private func isPlausible(_ heard: [HeardToken], _ script: AlignmentScript) -> Bool {
        guard zip(heard, heard.dropFirst()).allSatisfy({ $0.token < $1.token && $0.endMs <= $1.startMs }) else {
            return false
        }
        guard heard.allSatisfy({ script.tokens.indices.contains($0.token) }) else { return false }
        let squeezed = heard.count { $0.endMs - $0.startMs <= script.tokens[$0.token].durationMsMin + 10 }
        return squeezed * 100 <= heard.count * Self.squeezedPercentMax
    }

    private func decode(_ grammar: String, _ audio: SpeechAudio, in directory: String) async throws -> [HeardToken] {
        try grammar.write(toFile: directory + "/song.gram", atomically: false, encoding: .utf8)
        let tool = BoundedTool(launcher: toolchain.launcher, timeLimit: toolchain.alignmentTimeLimit)
        // Narrow beams lose the one path there is; dither keeps digital silence from failing; silence must not be
        // removed, or times shift.
        let arguments =
            ["-infile", audio.path, "-hmm", toolchain.acousticModel, "-dict", directory + "/song.dict"]
            + ["-jsgf", directory + "/song.gram", "-samprate", String(SpeechAudio.samplesPerSecond), "-time", "yes"]
            + ["-bestpath", "no", "-dither", "yes", "-remove_silence", "no"]
            + ["-beam", "1e-100", "-wbeam", "1e-80", "-pbeam", "1e-100", "-logfn", "/dev/null"]
        let output = try await tool.run(toolchain.pocketsphinx, arguments, in: directory)
        guard output.exitedCleanly else {
            throw ToolFailure(tool: toolchain.pocketsphinx, reason: "failed (\(output.status))")
        }
        return HeardToken.parse(output.text)
    }
}
