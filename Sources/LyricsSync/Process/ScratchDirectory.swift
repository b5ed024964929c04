import FoundationEssentials

/// Runs `body` with a fresh directory of its own, readable by this user only, and removes it afterwards.
func withScratchDirectory<Value>(
    under parent: String?,
    _ body: (String) async throws -> Value
) async throws -> Value {
    let files = FileManager.default
    let root = parent.map { URL(filePath: $0) } ?? files.temporaryDirectory
    let directory = root.appending(path: "lyrics-\(UUID().uuidString)")
    try files.createDirectory(
        at: directory,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700]
    )
    defer { try? files.removeItem(at: directory) }
    return try await body(directory.path)
}
