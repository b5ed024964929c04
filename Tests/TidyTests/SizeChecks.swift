/// Measures files and functions against ``Budget`` and the lists of ``Tolerated``.
enum SizeChecks {
    /// A file or function and its number of lines.
    struct Measure: Hashable, Sendable {
        let key: String
        let path: String
        let line: Int
        let length: Int
    }

    static func files(_ files: [SourceFile]) -> [Measure] {
        files.map { Measure(key: $0.path, path: $0.path, line: 1, length: $0.length) }
    }

    /// The functions of a file: from the line of `func`, `init`, `deinit`, `subscript` or a computed property to the
    /// line of its closing brace.
    static func functions(_ file: SourceFile, _ text: SwiftText) -> [Measure] {
        var seen: [String: Int] = [:]
        return text.code.indices.compactMap { index in
            guard let name = declaredName(text.code[index]), let end = closingLine(text.code, from: index) else {
                return nil
            }
            seen[name, default: 0] += 1
            let number = seen[name].map { $0 > 1 ? "#\($0)" : "" } ?? ""
            return Measure(
                key: "\(file.path) \(name)\(number)",
                path: file.path,
                line: index + 1,
                length: end - index + 1
            )
        }
    }

    /// What breaks a budget: new or grown offenders, entries that no longer offend, and sizes beyond the hard limit.
    static func findings(
        _ measures: [Measure],
        wanted: Int,
        hard: Int,
        tolerated: [String: Int]
    ) -> [Finding] {
        var open = tolerated
        var findings: [Finding] = []
        for measure in measures {
            let allowed = open.removeValue(forKey: measure.key)
            guard let problem = problem(of: measure, wanted: wanted, hard: hard, allowed: allowed) else { continue }
            findings.append(Finding(path: measure.path, line: measure.line, message: problem))
        }
        for key in open.keys.sorted() {
            let path = String(key.prefix { $0 != " " })
            findings.append(Finding(path: path, line: 1, message: "\(key) is gone, remove it from Budgets.swift"))
        }
        return findings
    }

    private static func problem(of measure: Measure, wanted: Int, hard: Int, allowed: Int?) -> String? {
        let length = measure.length
        if length > hard { return "\(measure.key) has \(length) lines, at most \(hard) are possible" }
        guard let allowed else {
            return length > wanted ? "\(measure.key) has \(length) lines, at most \(wanted) are wanted" : nil
        }
        if length <= wanted { return "\(measure.key) has \(length) lines and fits, remove it from Budgets.swift" }
        if length > allowed { return "\(measure.key) grew from \(allowed) to \(length) lines, make it smaller" }
        if length < allowed { return "\(measure.key) shrank to \(length) lines, write that into Budgets.swift" }
        return nil
    }

    private static func declaredName(_ line: String) -> String? {
        // The expressions are parsed anew each time, and most lines declare nothing.
        guard ["func", "init", "subscript", "var"].contains(where: line.contains) else { return nil }
        let function = /^\s*(?:[@\w]+(?:\([\w ]*\))?\s+)*func\s+([^\s(<]+|<+|>+|==)/
        let special = /^\s*(?:\w+\s+)*(init[?!]?|deinit|subscript)\s*[(<\x7b]/
        let property = /^\s*(?:[@\w]+(?:\(\w+\))?\s+)*var\s+(\w+)\s*:[^=]*\x7b[^\x7d]*$/
        if let match = line.firstMatch(of: function) { return String(match.1) }
        if let match = line.firstMatch(of: special) { return String(match.1) }
        return line.firstMatch(of: property).map { String($0.1) }
    }

    /// The line where the first brace that opens at or after `start` closes; `nil` for a requirement without a body.
    private static func closingLine(_ code: [String], from start: Int) -> Int? {
        var depth = 0
        var parentheses = 0
        for index in start..<code.count {
            if index > start, depth == 0, parentheses == 0, endsRequirement(code[index]) { return nil }
            for character in code[index] {
                switch character {
                case "(", "[": parentheses += 1
                case ")", "]": parentheses -= 1
                case "{": depth += 1
                case "}":
                    depth -= 1
                    if depth == 0 { return index }
                    if depth < 0 { return nil }
                default: break
                }
            }
        }
        return nil
    }

    /// Whether a line begins something new, so that the declaration before it had no body.
    private static func endsRequirement(_ line: String) -> Bool {
        line.allSatisfy(\.isWhitespace) || declaredName(line) != nil
            || line.firstMatch(of: /^\s*(?:\w+\s+)*(?:var|let|case|struct|enum|extension)\s/) != nil
    }
}
