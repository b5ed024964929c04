/// Rules about comments and names.
enum SafetyNotes {
    /// Unchecked concurrency needs a `// SAFETY:` comment within three lines.
    static func findings(in file: SourceFile, _ text: SwiftText) -> [Finding] {
        guard file.isIn(["Sources/"]) else { return [] }
        return text.code.indices.compactMap { index in
            let words = ["@unchecked Sendable", "nonisolated(unsafe)"].filter(text.code[index].contains)
            guard let word = words.first else { return nil }
            let near = file.lines[max(0, index - 3)...min(file.lines.count - 1, index + 3)]
            if near.contains(where: { $0.contains("// SAFETY:") }) { return nil }
            return Finding(path: file.path, line: index + 1, message: "\(word) needs a // SAFETY: line next to it")
        }
    }

    /// What is not finished is an issue, not a comment.
    static func unfinished(in file: SourceFile) -> [Finding] {
        guard file.isIn(["Sources/"]) else { return [] }
        return file.lines.enumerated().compactMap { index, line in
            let words = line.split { !$0.isLetter }
            guard let word = words.first(where: { ["TODO", "FIXME", "XXX"].contains($0) }) else { return nil }
            return Finding(path: file.path, line: index + 1, message: "\(word) is banned, use an issue or do it")
        }
    }

    /// Drawers hide what is in them.
    static func drawers(in file: SourceFile) -> [Finding] {
        let parts = file.path.replacing(".swift", with: "").split(separator: "/")
        guard let part = parts.first(where: isDrawer) else { return [] }
        return [Finding(path: file.path, line: 1, message: "the name \(part) is banned, use a noun of the domain")]
    }

    private static func isDrawer(_ part: Substring) -> Bool {
        ["Utils", "Helpers", "Common", "Manager", "Extensions"].contains { part == $0 || part.hasSuffix($0) }
    }
}
