/// Why lyrics could not be aligned, as a clause for the explanation.
enum AlignmentFailure: Error, Sendable, Equatable, CustomStringConvertible {
    case notEnglish
    case silent
    case tooLong(minutesMax: Int)
    case dictionaryMissing
    case unknownWords
    case noMatch
    case implausible

    var description: String {
        switch self {
        case .notEnglish: "the aligner only knows English"
        case .silent: "the audio is silent"
        case .tooLong(let minutes): "the audio is longer than \(minutes) minutes"
        case .dictionaryMissing: "the aligner's pronunciation dictionary is not installed"
        case .unknownWords: "too many words are not in the English dictionary"
        case .noMatch: "the aligner did not find the words in the audio"
        case .implausible: "the words did not fit the audio"
        }
    }
}
