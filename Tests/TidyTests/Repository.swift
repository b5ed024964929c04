import Foundation

/// A text file of the repository.
struct SourceFile: Sendable {
    /// Path from the package's root.
    let path: String
    let lines: [Substring]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Number of lines as `wc -l` counts them.
    var length: Int { lines.last?.isEmpty == true ? lines.count - 1 : lines.count }
    var name: String { String(path.split(separator: "/").last ?? "") }
    func isIn(_ folders: [String]) -> Bool { folders.contains { path.hasPrefix($0) } }
}

/// One place that breaks a rule.
struct Finding: Hashable, Sendable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String
    var description: String { "\(path):\(line): error: \(message)" }
}

/// The files that the checks read. Folders that do not exist are empty.
enum Repository {
    /// The package this test target belongs to: the folder above `Tests`.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let swift = files(under: ["Sources", "Tests", "examples", "benchmarks"]) { $0.hasSuffix(".swift") }
    static let sources = swift.filter { $0.isIn(["Sources/"]) }
    static let tests = swift.filter { $0.isIn(["Tests/"]) }
    static let markdown = files(under: [""]) { $0.hasSuffix(".md") }
    static let text = files(under: [""]) { path in
        textSuffixes.contains { path.hasSuffix($0) } || path.hasSuffix("Makefile") || path.hasSuffix("Dockerfile")
    }

    private static let textSuffixes = [
        ".swift", ".md", ".json", ".yml", ".yaml", ".sh", ".sql", ".c", ".h", ".tf", ".toml", ".txt", ".service",
        ".resolved", ".conf",
    ]

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path(percentEncoded: false))
    }

    /// The files below `folders`, by path. Hidden folders and build folders are not part of the repository.
    static func files(under folders: [String], where isWanted: (String) -> Bool) -> [SourceFile] {
        let base = root.path(percentEncoded: false)
        return folders.flatMap { paths(under: $0.isEmpty ? base : base + $0 + "/") }
            .map { String($0.dropFirst(base.count)) }
            .filter(isWanted).sorted()
            .compactMap { path in
                guard let text = try? String(contentsOfFile: base + path, encoding: .utf8) else { return nil }
                return SourceFile(path: path, text: text)
            }
    }

    private static func paths(under folder: String) -> [String] {
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
        return entries.filter { !$0.hasPrefix(".") && $0 != "node_modules" }.flatMap { entry -> [String] in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder + entry, isDirectory: &isFolder) else { return [] }
            return isFolder.boolValue ? paths(under: folder + entry + "/") : [folder + entry]
        }
    }
}
