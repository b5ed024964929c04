/// Which of our own targets a target may import: arrows point down only.
enum Floors {
    struct Floor: Sendable {
        let folder: String
        let imports: Set<String>
    }

    /// By folder, as in the architecture's table. A folder that does not exist is fine.
    static let all = [
        Floor(folder: "Sources/WorkflowEngine/Core/", imports: []),
        Floor(folder: "Sources/DurableSQLite/", imports: []),
        Floor(folder: "Sources/WorkflowEngine/Store/", imports: ["WorkflowCore", "DurableSQLite"]),
        Floor(
            folder: "Sources/WorkflowEngine/Runtime/",
            imports: ["WorkflowCore", "WorkflowStore", "DurableSQLite", "CWorkflowHooks"]
        ),
        Floor(
            folder: "Sources/WorkflowEngine/Testing/",
            imports: ["WorkflowCore", "WorkflowStore", "DurableSQLite", "WorkflowEngine"]
        ),
        Floor(folder: "Sources/MizzoCatalog/", imports: ["DurableSQLite"]),
        Floor(folder: "Sources/CloudServices/", imports: ["DurableSQLite"]),
        Floor(folder: "Sources/AudioTranscoding/", imports: []),
        Floor(folder: "Sources/LyricsSync/", imports: []),
        Floor(folder: "Sources/Activities/Contracts/", imports: ["WorkflowEngine"]),
        Floor(
            folder: "Sources/Activities/Live/",
            imports: [
                "ActivityContracts", "WorkflowEngine", "MizzoCatalog", "CloudServices", "DurableSQLite",
                "AudioTranscoding", "LyricsSync",
            ]
        ),
        Floor(folder: "Sources/MizzoWorkflows/", imports: ["WorkflowEngine", "ActivityContracts"]),
        Floor(folder: "Sources/MizzoAPI/", imports: ["DurableSQLite", "LyricsSync", "MizzoCatalog"]),
        Floor(folder: "Sources/OperatorCLI/", imports: ["WorkflowCore", "WorkflowStore"]),
        Floor(folder: "Sources/GeminiSimulator/", imports: []),
        Floor(
            folder: "Sources/MizzoPlatform/",
            imports: [
                "Activities", "ActivityContracts", "AudioTranscoding", "CloudServices", "DurableSQLite", "LyricsSync",
                "MizzoAPI", "MizzoCatalog", "MizzoWorkflows", "WorkflowCore", "WorkflowEngine", "WorkflowStore",
            ]
        ),
    ]

    /// Our own targets; imports of anything else are the package manifest's business.
    static let own: Set<String> = [
        "WorkflowCore", "WorkflowStore", "WorkflowEngine", "WorkflowTesting", "CWorkflowHooks", "DurableSQLite",
        "MizzoCatalog", "CloudServices", "ActivityContracts", "Activities", "MizzoWorkflows", "MizzoAPI",
        "OperatorCLI", "AudioTranscoding", "LyricsSync", "GeminiSimulator", "MizzoPlatform",
    ]

    /// Floors that import the standard library and what is listed, nothing else.
    private static let closed = ["Sources/WorkflowEngine/Core/", "Sources/MizzoWorkflows/"]

    static func findings(in file: SourceFile, _ text: SwiftText) -> [Finding] {
        guard let floor = all.first(where: { file.isIn([$0.folder]) }) else { return [] }
        return text.code.enumerated().compactMap { index, line in
            guard let name = importedModule(line), !floor.imports.contains(name) else { return nil }
            guard own.contains(name) || closed.contains(floor.folder) else { return nil }
            let allowed = floor.imports.sorted().joined(separator: ", ")
            return Finding(
                path: file.path,
                line: index + 1,
                message: "import \(name) is banned, use \(allowed.isEmpty ? "the standard library" : allowed)"
            )
        }
    }

    static func importedModule(_ line: String) -> String? {
        // A regular expression is parsed anew each time.
        guard line.contains("import") else { return nil }
        let pattern = /^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|func|protocol)\s+)?(\w+)/
        return line.firstMatch(of: pattern).map { String($0.1) }
    }
}
