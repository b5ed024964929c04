/// A rough English pronunciation for a word no dictionary has: a made-up name, slang, a stretched vowel.
///
/// Forced alignment forgives wrong phones as long as their number and kind are near, so longest-match rules suffice.
enum LetterToSound {
    /// ARPAbet phones separated by spaces, or nil when nothing in the word can be spoken.
    static func phones(_ word: String) -> String? {
        let letters = collapsed(word.filter { $0 != "'" })
        var phones: [String] = []
        var rest = Substring(letters)
        while let next = rest.first {
            let isFinalE = rest == "e" && phones.count > 1
            let length = [4, 3, 2].first { rules[String(rest.prefix($0))] != nil } ?? 1
            if !isFinalE, let phone = rules[String(rest.prefix(length))] ?? rules[String(next)] { phones.append(phone) }
            rest = rest.dropFirst(length)
        }
        return phones.isEmpty ? nil : phones.joined(separator: " ")
    }

    /// `sooooo` and `so` sound alike: three or more equal letters become one, two stay (`ee`, `oo`, `ll`).
    private static func collapsed(_ word: String) -> String {
        var runs: [(letter: Character, count: Int)] = []
        for letter in word {
            if let last = runs.last, last.letter == letter {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((letter, 1))
            }
        }
        return runs.map { String(repeating: $0.letter, count: $0.count > 2 ? 1 : $0.count) }.joined()
    }

    private static let rules: [String: String] = [
        "tion": "SH AH N", "ough": "AO", "igh": "AY", "tch": "CH", "sch": "SH", "ing": "IH NG",
        "ch": "CH", "sh": "SH", "th": "TH", "ph": "F", "gh": "G", "wh": "W", "ck": "K", "ng": "NG", "qu": "K W",
        "kn": "N", "wr": "R", "ee": "IY", "ea": "IY", "oo": "UW", "ou": "AW", "ow": "OW", "oa": "OW", "oi": "OY",
        "oy": "OY", "ai": "EY", "ay": "EY", "au": "AO", "aw": "AO", "ie": "IY", "ei": "EY", "ey": "IY", "eu": "Y UW",
        "er": "ER", "ir": "ER", "ur": "ER", "ar": "AA R", "or": "AO R", "ah": "AA", "oh": "OW", "uh": "AH",
        "bb": "B", "dd": "D", "ff": "F", "gg": "G", "ll": "L", "mm": "M", "nn": "N", "pp": "P", "rr": "R", "ss": "S",
        "tt": "T", "zz": "Z", "cc": "K",
        "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH", "j": "JH",
        "k": "K", "l": "L", "m": "M", "n": "N", "o": "OW", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T", "u": "AH",
        "v": "V", "w": "W", "x": "K S", "y": "IY", "z": "Z",
    ]
}
