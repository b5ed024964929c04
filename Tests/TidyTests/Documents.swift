import Foundation

/// Rules about prose.
enum Documents {
    static let readmeLimit = 200

    /// Relative links that lead nowhere.
    static func links(in file: SourceFile, exists: (String) -> Bool) -> [Finding] {
        var isCode = false
        return file.lines.enumerated().flatMap { index, line -> [Finding] in
            if line.hasPrefix("```") { isCode.toggle() }
            guard !isCode else { return [] }
            return line.matches(of: /\]\(([^)\s]+)[^)]*\)/).compactMap { match in
                let target = String(match.1)
                guard let path = relativePath(target, from: file.path), !exists(path) else { return nil }
                return Finding(path: file.path, line: index + 1, message: "the link to \(target) leads nowhere")
            }
        }
    }

    /// The path from the root that a link means; `nil` for other sites and places in the same page.
    static func relativePath(_ target: String, from file: String) -> String? {
        guard !target.hasPrefix("#"), target.firstMatch(of: /^[a-z]+:/) == nil else { return nil }
        let path = String(target.prefix { $0 != "#" }).removingPercentEncoding ?? target
        var parts = path.hasPrefix("/") ? [] : file.split(separator: "/").dropLast().map(String.init)
        for part in path.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }

    /// Decision records are numbered from the first one without a gap or a double.
    static func gaps(in paths: [String]) -> [Finding] {
        let records = paths.filter { $0.firstMatch(of: /(?i)(^|\/)(adr|adrs|decisions)\/\d+[^\/]*\.md$/) != nil }
        let numbered = records.compactMap { path in
            path.split(separator: "/").last.flatMap { Int($0.prefix(while: \.isNumber)) }.map { ($0, path) }
        }.sorted { $0.0 < $1.0 }
        let first = min(numbered.first?.0 ?? 1, 1)
        return numbered.enumerated().compactMap { index, record in
            guard record.0 != first + index else { return nil }
            return Finding(path: record.1, line: 1, message: "expected decision number \(first + index)")
        }
    }

    static func readme(_ file: SourceFile) -> [Finding] {
        guard file.path == "README.md", file.length > readmeLimit else { return [] }
        return [Finding(path: file.path, line: readmeLimit + 1, message: "README has \(file.length) lines")]
    }

    /// Words of one workplace. Put together from pieces, so that this file does not contain them.
    static let workplaceWords = [
        "/wo" + "rk/", "/ro" + "ot/", "/tmp/bash" + "_jobs", "registry.npm" + "js.org", "pypi" + ".org",
        "proxy.gol" + "ang.org", "artifac" + "tory", "index.crates" + ".io",
    ]

    static func workplace(in file: SourceFile) -> [Finding] {
        file.lines.enumerated().flatMap { index, line in
            workplaceWords.filter { word in isWord(word, in: line) }.map { word in
                Finding(path: file.path, line: index + 1, message: "\(word) is banned, use a name of the project")
            }
        }
    }

    /// Paths count only at their beginning: a folder named like one deeper in a path or an address is harmless.
    private static func isWord(_ word: String, in line: Substring) -> Bool {
        var rest = line
        while let range = rest.firstRange(of: word) {
            let before = line[..<range.lowerBound].last
            if !word.hasPrefix("/") || before.map({ !$0.isLetter && !$0.isNumber && !"_-./}".contains($0) }) ?? true {
                return true
            }
            rest = rest[range.upperBound...]
        }
        return false
    }
}
