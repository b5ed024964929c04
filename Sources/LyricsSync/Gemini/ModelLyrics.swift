/// Lyrics as the model must answer them. Decoding refuses missing and additional keys: what was not asked for is a
/// sign that the model followed someone else's instructions.
struct ModelLyrics: Decodable, Sendable {
    struct Line: Decodable, Sendable {
        let startMs: Int
        let endMs: Int
        let text: String
        let words: [Word]

        private enum CodingKeys: String, CodingKey, CaseIterable { case startMs, endMs, text, words }

        init(from decoder: any Decoder) throws {
            try ModelLyrics.refuseKeys(of: decoder, otherThan: CodingKeys.allCases.map(\.stringValue))
            let container = try decoder.container(keyedBy: CodingKeys.self)
            startMs = try container.decode(Int.self, forKey: .startMs)
            endMs = try container.decode(Int.self, forKey: .endMs)
            text = try container.decode(String.self, forKey: .text)
            words = try container.decodeIfPresent([Word].self, forKey: .words) ?? []
        }
    }

    struct Word: Decodable, Sendable {
        let startMs: Int
        let endMs: Int
        let text: String

        private enum CodingKeys: String, CodingKey, CaseIterable { case startMs, endMs, text }

        init(from decoder: any Decoder) throws {
            try ModelLyrics.refuseKeys(of: decoder, otherThan: CodingKeys.allCases.map(\.stringValue))
            let container = try decoder.container(keyedBy: CodingKeys.self)
            startMs = try container.decode(Int.self, forKey: .startMs)
            endMs = try container.decode(Int.self, forKey: .endMs)
            text = try container.decode(String.self, forKey: .text)
        }
    }

    let language: String
    let instrumental: Bool
    let lines: [Line]

    private enum CodingKeys: String, CodingKey, CaseIterable { case language, instrumental, lines }

    init(from decoder: any Decoder) throws {
        try Self.refuseKeys(of: decoder, otherThan: CodingKeys.allCases.map(\.stringValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        language = try container.decode(String.self, forKey: .language)
        instrumental = try container.decode(Bool.self, forKey: .instrumental)
        lines = try container.decode([Line].self, forKey: .lines)
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private static func refuseKeys(of decoder: any Decoder, otherThan allowed: [String]) throws {
        let keys = try decoder.container(keyedBy: AnyKey.self).allKeys
        guard let extra = keys.first(where: { !allowed.contains($0.stringValue) }) else { return }
        let path = decoder.codingPath + [extra]
        throw DecodingError.dataCorrupted(.init(codingPath: path, debugDescription: "additional key"))
    }

    /// The lyrics in the module's own form, not yet validated.
    func synced(model: String) -> SyncedLyrics {
        let lines = lines.map { line in
            let words = line.words.map { LyricsWord(startMs: $0.startMs, endMs: $0.endMs, text: $0.text) }
            return LyricsLine(startMs: line.startMs, endMs: line.endMs, text: line.text, timing: .model, words: words)
        }
        let explanation = "Written and timed by \(model) from the audio. A model's times drift: check them by ear."
        let source = LyricsSource(provider: .gemini, model: model, explanation: explanation)
        return SyncedLyrics(language: language, source: source, lines: lines)
    }
}
