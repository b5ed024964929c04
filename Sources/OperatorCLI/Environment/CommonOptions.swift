import ArgumentParser

/// How results are written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table, json, jsonl
}

/// How points in time are written in tables; JSON always has ISO 8601 in UTC.
enum TimeMode: String, ExpressibleByArgument, CaseIterable, Sendable {
    case relative, iso
}

enum ColorMode: String, ExpressibleByArgument, CaseIterable, Sendable {
    case auto, always, never
}

/// The options every command has.
struct CommonOptions: ParsableArguments, Sendable {
    static let defaultDatabase = "./var/mizzo.sqlite"
    static let databaseVariable = "MIZZO_DATABASE"

    @Option(
        help: ArgumentHelp(
            "The database file (default: $\(Self.databaseVariable), else \(Self.defaultDatabase)).",
            valueName: "path"
        )
    )
    var database: String?

    @Option(name: .shortAndLong, help: "How results are written: table, json (one document), jsonl (one per line).")
    var output: OutputFormat = .table

    @Option(help: "How tables write points in time.")
    var time: TimeMode = .relative

    @Option(help: "When to use colour; auto honours NO_COLOR, TERM=dumb and pipes.")
    var color: ColorMode = .auto
}
