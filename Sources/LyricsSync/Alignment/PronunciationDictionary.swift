import FoundationEssentials

/// The pronunciations of the words of one song, taken from a CMU dictionary file (`word PH PH`, `word(2) PH PH`).
struct PronunciationDictionary: Sendable {
    private let phones: [String: [String]]

    /// Reads only the wanted spellings: the file has 134,000 entries.
    ///
    /// - Throws: ``AlignmentFailure/dictionaryMissing``.
    init(path: String, spellings: Set<String>) throws {
        guard let data = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) else {
            throw AlignmentFailure.dictionaryMissing
        }
        let wanted = Set(spellings.map { Array($0.utf8) })
        var found: [String: [String]] = [:]
        data.withUnsafeBytes { bytes in
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { continue }
                let headword = line[..<space]
                let stem = headword.firstIndex(of: UInt8(ascii: "(")) ?? space
                guard wanted.contains(Array(line[..<stem])) else { continue }
                let word = String(decoding: line[..<stem], as: UTF8.self)
                found[word, default: []].append(String(decoding: line[(space + 1)...], as: UTF8.self))
            }
        }
        phones = found
    }

    /// The pronunciations of the first spelling that is known; empty when none is.
    func pronunciations(ofAny spellings: [String]) -> [String] {
        spellings.lazy.compactMap { phones[$0] }.first ?? []
    }
}
