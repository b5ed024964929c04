/// The little of BCP 47 that lyrics need.
enum LanguageTag {
    /// Two or three letters, then up to four subtags of one to eight letters or digits (the shape of RFC 5646).
    static func isWellFormed(_ tag: String) -> Bool {
        let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
        guard tag.utf8.count <= 35, let primary = parts.first, (1...5).contains(parts.count) else { return false }
        guard (2...3).contains(primary.utf8.count), primary.allSatisfy({ $0.isASCII && $0.isLetter }) else {
            return false
        }
        return parts.dropFirst().allSatisfy { part in
            (1...8).contains(part.utf8.count) && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
    }

    /// A tag for what an artist's form says: a well-formed tag in lower case, the name of a common language, or `und`.
    static func normalized(_ language: String?) -> String {
        guard let language = language?.lowercased(), !language.isEmpty else { return "und" }
        if let tag = tagsByName[language] { return tag }
        return isWellFormed(language) ? language : "und"
    }

    /// Whether the tag names English in any region.
    static func isEnglish(_ tag: String) -> Bool { tag == "en" || tag.hasPrefix("en-") }

    private static let tagsByName = [
        "english": "en", "spanish": "es", "portuguese": "pt", "french": "fr", "german": "de", "italian": "it",
        "japanese": "ja", "korean": "ko", "chinese": "zh", "hindi": "hi", "arabic": "ar", "russian": "ru",
        "turkish": "tr", "dutch": "nl", "polish": "pl", "swedish": "sv", "nepali": "ne", "bengali": "bn",
        "indonesian": "id", "vietnamese": "vi", "thai": "th", "ukrainian": "uk", "greek": "el", "hebrew": "he",
    ]
}
