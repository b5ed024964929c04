import FoundationEssentials
import LyricsSync

/// Aligns `<lyrics.txt>` with `<song.wav>` of `<milliseconds>` and prints the result as canonical JSON, for the measurement
/// of the aligner's error (`make bench-aligner`).
@main
struct AlignerProbe {
    struct NotAligned: Error, CustomStringConvertible {
        let description: String
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let milliseconds = Int(arguments[3]) else {
            throw NotAligned(description: "usage: aligner-probe LYRICS WAV MILLISECONDS")
        }
        let request = LyricsRequest(
            title: "",
            artist: "",
            language: "english",
            artistLyrics: try String(contentsOfFile: arguments[1], encoding: .utf8),
            durationMilliseconds: milliseconds,
            audio: .file(arguments[2], mimeType: "audio/wav")
        )
        let outcome = try await EmbeddedLyricsProvider().synchronize(request)
        guard case .synced(let lyrics) = outcome else { throw NotAligned(description: "no lyrics: \(outcome)") }
        print(String(decoding: try lyrics.canonicalJSON(), as: UTF8.self))
    }
}
