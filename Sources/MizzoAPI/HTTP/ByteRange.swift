/// What a `Range` field asks of a representation (RFC 9110, section 14).
enum ByteRange: Equatable, Sendable {
    /// Answer 200 with everything.
    case whole
    /// Answer 206 with these bytes: one part as it is, several as `multipart/byteranges`. Never empty.
    case parts([Range<Int64>])
    /// Answer 416.
    case unsatisfiable

    /// More ranges than any client asks for; a field with more is ignored (RFC 9110, section 14.2 on attacks).
    static let rangeCountMax = 32

    /// Resolves a `Range` field against a representation of `size` bytes.
    ///
    /// - A malformed field, another unit, or more than ``rangeCountMax`` ranges are ignored: the answer is the whole.
    /// - Unsatisfiable ranges among satisfiable ones are left out; ranges that overlap or touch become one, in the place
    ///   of the first of them (section 15.3.7.2).
    /// - Several ranges that come to the whole or more are answered with it: nobody gets more bytes than there are.
    /// - An empty representation has no partial answer: `bytes=0-` is unsatisfiable, `bytes=-5` the (empty) whole.
    static func resolve(_ field: String?, size: Int64) -> ByteRange {
        guard let field, let specs = parse(field) else { return .whole }
        let satisfiable = specs.compactMap { $0.resolved(size: size) }
        guard !satisfiable.isEmpty else { return .unsatisfiable }
        let parts = joined(satisfiable.filter { !$0.isEmpty })
        guard !parts.isEmpty else { return .whole }
        let total = parts.reduce(0) { $0 + Int64($1.count) }
        return specs.count > 1 && total >= size ? .whole : .parts(parts)
    }

    private static func joined(_ ranges: [Range<Int64>]) -> [Range<Int64>] {
        ranges.reduce(into: []) { parts, range in
            var range = range
            var place = parts.count
            // A range can bridge parts that stood apart, so that all of them become one.
            for (index, part) in parts.enumerated().reversed()
            where part.lowerBound <= range.upperBound && range.lowerBound <= part.upperBound {
                range = min(part.lowerBound, range.lowerBound)..<max(part.upperBound, range.upperBound)
                parts.remove(at: index)
                place = index
            }
            parts.insert(range, at: min(place, parts.count))
        }
    }

    private enum Spec {
        case from(Int64, through: Int64?)
        case suffix(Int64)

        func resolved(size: Int64) -> Range<Int64>? {
            switch self {
            case .from(let first, let last):
                guard first < size else { return nil }
                return first..<(min(last ?? size - 1, size - 1) + 1)
            case .suffix(let length):
                return length == 0 ? nil : max(0, size - length)..<size
            }
        }
    }

    private static func parse(_ field: String) -> [Spec]? {
        let text = Substring(field).utf8
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")),
            Substring(text[..<equals]).lowercased() == "bytes"
        else { return nil }
        let elements = text[text.index(after: equals)...]
            .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map { trimmed($0) }
            .filter { !$0.isEmpty }
        guard (1...rangeCountMax).contains(elements.count) else { return nil }
        let specs = elements.compactMap { spec($0) }
        return specs.count == elements.count ? specs : nil
    }

    private static func spec(_ text: Substring.UTF8View) -> Spec? {
        let halves = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        switch (halves[0].isEmpty, halves[1].isEmpty) {
        case (true, true):
            return nil
        case (true, false):
            return number(halves[1]).map(Spec.suffix)
        case (false, true):
            return number(halves[0]).map { .from($0, through: nil) }
        case (false, false):
            guard let first = number(halves[0]), let last = number(halves[1]), last >= first else { return nil }
            return .from(first, through: last)
        }
    }

    /// Digits only; a number beyond `Int64` is as far as any file reaches.
    private static func number(_ text: Substring.UTF8View) -> Int64? {
        guard text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int64(Substring(text)) ?? .max
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) })
        else { return text[text.endIndex...] }
        return text[first...last]
    }
}
