// swift-tools-version: 6.2
import PackageDescription

/// Applied to every Swift target.
/// - ExistentialAny: `any` shows where dynamic dispatch happens.
/// - MemberImportVisibility: a file imports what it uses, so a floor cannot lean on another's imports.
/// - NonisolatedNonsendingByDefault: async calls stay on the caller's executor, which keeps workflow code on its own.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")

/// The engine, floor by floor: each imports only those above it in this list.
let engine: [Target] = [
    .target(name: "WorkflowCore", path: "Sources/WorkflowEngine/Core", swiftSettings: settings),
    .target(name: "DurableSQLite", dependencies: [grdb, sqlite, logging], swiftSettings: settings),
    .target(
        name: "WorkflowStore",
        dependencies: ["WorkflowCore", "DurableSQLite", grdb, sqlite, logging],
        path: "Sources/WorkflowEngine/Store",
        swiftSettings: settings
    ),
    .target(name: "CWorkflowHooks", path: "Sources/WorkflowEngine/CHooks"),
    .target(
        name: "WorkflowEngine",
        dependencies: [
            "WorkflowCore", "WorkflowStore", "DurableSQLite", "CWorkflowHooks", deque, grdb, heap, logging,
            lifecycle,
        ],
        path: "Sources/WorkflowEngine/Runtime",
        swiftSettings: settings
    ),
    .target(
        name: "WorkflowTesting",
        dependencies: ["WorkflowCore", "WorkflowStore", "WorkflowEngine", logging],
        path: "Sources/WorkflowEngine/Testing",
        swiftSettings: settings
    ),
]

/// The music platform.
let platform: [Target] = [
    .target(
        name: "AudioTranscoding",
        dependencies: [subprocess, system, crypto, logging],
        swiftSettings: settings
    ),
    .target(
        name: "CloudServices",
        dependencies: ["DurableSQLite", crypto, cryptoExtras, grdb, httpClient, logging, nio, nioHTTP],
        swiftSettings: settings
    ),
    .target(
        name: "ActivityContracts",
        dependencies: ["WorkflowEngine"],
        path: "Sources/Activities/Contracts",
        swiftSettings: settings
    ),
    .target(
        name: "LyricsSync",
        dependencies: [httpClient, logging, nio, nioHTTP, subprocess, system],
        swiftSettings: settings
    ),
    .target(
        name: "GeminiSimulator",
        dependencies: [httpClient, httpTypes, hummingbird, logging, nio, nioHTTP],
        swiftSettings: settings
    ),
    .target(name: "MizzoCatalog", dependencies: [grdb], swiftSettings: settings),
    .target(
        name: "MizzoAPI",
        dependencies: [
            "DurableSQLite", "LyricsSync", "MizzoCatalog", crypto, grdb, hummingbird, hummingbirdCore, jwt, lifecycle,
            logging, nio,
        ],
        swiftSettings: settings
    ),
    .target(name: "MizzoWorkflows", dependencies: ["WorkflowEngine", "ActivityContracts"], swiftSettings: settings),
    .target(
        name: "Activities",
        dependencies: [
            "ActivityContracts", "AudioTranscoding", "CloudServices", "DurableSQLite", "LyricsSync", "MizzoCatalog",
            "WorkflowEngine", crypto, grdb, logging, system,
        ],
        path: "Sources/Activities/Live",
        swiftSettings: settings
    ),
    .target(
        name: "OperatorCLI",
        dependencies: ["WorkflowCore", "WorkflowStore", argumentParser],
        swiftSettings: settings
    ),
    .target(
        name: "MizzoPlatform",
        dependencies: [
            "Activities", "ActivityContracts", "AudioTranscoding", "CloudServices", "DurableSQLite", "LyricsSync",
            "MizzoAPI", "MizzoCatalog", "MizzoWorkflows", "WorkflowEngine", "WorkflowStore", argumentParser,
            configuration,
            grdb, httpClient, httpTypes, hummingbird, lifecycle, logging, nio, system, unixSignals,
        ],
        swiftSettings: settings
    ),
    .executableTarget(
        name: "mizzo",
        dependencies: [
            "CloudServices", "DurableSQLite", "MizzoCatalog", "MizzoPlatform", "OperatorCLI", argumentParser,
        ],
        path: "Sources/mizzo",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "mizzo-worker",
        dependencies: ["MizzoPlatform", argumentParser],
        path: "Sources/mizzo-worker",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "mizzo-api",
        dependencies: ["MizzoPlatform", argumentParser],
        path: "Sources/mizzo-api",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "mizzo-transcoder",
        dependencies: ["MizzoPlatform"],
        path: "Sources/mizzo-transcoder",
        swiftSettings: settings
    ),
]

/// The workloads that `benchmarks/` measures. They are here so that the tests run them too, each in a moment.
let workloads: [Target] = [
    .target(
        name: "CSQLiteFloor",
        path: "benchmarks/Sources/CSQLiteFloor",
        linkerSettings: [.linkedLibrary("sqlite3")]
    ),
    .target(
        name: "EngineWorkloads",
        dependencies: [
            "AudioTranscoding", "CSQLiteFloor", "DurableSQLite", "WorkflowEngine", "WorkflowStore", "WorkflowTesting",
            argumentParser, logging, system,
        ],
        path: "benchmarks/Sources/EngineWorkloads",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "workload-probe",
        dependencies: ["EngineWorkloads"],
        path: "Tests/WorkloadProbe",
        swiftSettings: settings
    ),
    .testTarget(name: "WorkloadTests", dependencies: ["EngineWorkloads", "workload-probe"], swiftSettings: settings),
]

let tests: [Target] = [
    .target(
        name: "ECSSimulator",
        dependencies: ["CloudServices", httpTypes, hummingbird, logging, nio],
        path: "Tests/ECSSimulator",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "ecs-simulator",
        dependencies: ["CloudServices", "ECSSimulator"],
        path: "Tests/ECSSimulatorProgram",
        swiftSettings: settings
    ),
    .target(
        name: "CloudPeers",
        dependencies: [httpTypes, hummingbird, logging, nio],
        path: "Tests/CloudPeers",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "transcode-probe",
        dependencies: ["AudioTranscoding", system, logging],
        path: "Tests/TranscodeProbe",
        swiftSettings: settings
    ),
    .testTarget(
        name: "AudioTranscodingTests",
        dependencies: ["AudioTranscoding", "transcode-probe", subprocess, system, logging],
        swiftSettings: settings
    ),
    .executableTarget(
        name: "durable-probe",
        dependencies: ["DurableSQLite", grdb, logging],
        path: "Tests/DurableProbe",
        swiftSettings: settings
    ),
    .testTarget(
        name: "DurableSQLiteTests",
        dependencies: ["DurableSQLite", "durable-probe", grdb, sqlite, logging],
        swiftSettings: settings
    ),
    .testTarget(
        name: "ActivitiesTests",
        dependencies: [
            "Activities", "ActivityContracts", "AudioTranscoding", "CloudServices", "DurableSQLite", "LyricsSync",
            "MizzoCatalog", "WorkflowEngine", "WorkflowTesting", grdb, logging,
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "MizzoPlatformTests",
        dependencies: [
            "Activities", "ActivityContracts", "CloudPeers", "CloudServices", "DurableSQLite", "ECSSimulator",
            "MizzoAPI",
            "MizzoCatalog",
            "MizzoPlatform", "MizzoWorkflows", "WorkflowEngine", "WorkflowStore", "mizzo-transcoder", crypto,
            cryptoExtras, grdb, httpClient,
            lifecycle, logging, nio, nioHTTP,
        ],
        exclude: ["Clients"],
        swiftSettings: settings
    ),
    .testTarget(
        name: "MizzoWorkflowsTests",
        dependencies: ["ActivityContracts", "MizzoWorkflows", "WorkflowEngine", "WorkflowTesting"],
        swiftSettings: settings
    ),
    // Reads every character of the repository: a minute without optimisation.
    .testTarget(name: "TidyTests", swiftSettings: settings + [.unsafeFlags(["-O"])]),
    .testTarget(name: "InstructionTests", swiftSettings: settings),
    .testTarget(
        name: "PowerCutTests",
        dependencies: ["power-cut-probe", "DurableSQLite", "WorkflowCore", "WorkflowEngine", grdb, logging],
        swiftSettings: settings
    ),
    .testTarget(name: "WorkflowCoreTests", dependencies: ["WorkflowCore"], swiftSettings: settings),
    .testTarget(
        name: "WorkflowStoreTests",
        dependencies: ["WorkflowCore", "WorkflowStore", "DurableSQLite", grdb, sqlite, logging],
        swiftSettings: settings
    ),
    .executableTarget(
        name: "determinism-probe",
        dependencies: ["WorkflowCore", "WorkflowEngine", "WorkflowTesting"],
        path: "Tests/DeterminismProbe",
        swiftSettings: settings
    ),
    .target(name: "PowerCutVFS", dependencies: [sqlite], path: "Tests/PowerCutVFS"),
    .executableTarget(
        name: "power-cut-probe",
        dependencies: ["DurableSQLite", "PowerCutVFS", "WorkflowEngine", logging],
        path: "Tests/PowerCutProbe",
        swiftSettings: settings
    ),
    .testTarget(
        name: "WorkflowEngineTests",
        dependencies: [
            "determinism-probe", "WorkflowCore", "WorkflowStore", "WorkflowEngine",
            "WorkflowTesting", "DurableSQLite",
            grdb, logging, sqlite,
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "CloudServicesTests",
        dependencies: [
            "CloudPeers", "CloudServices", "DurableSQLite", "ECSSimulator", crypto, cryptoExtras, grdb, httpClient,
            httpTypes, nio, nioHTTP,
        ],
        resources: [.copy("Vectors")],
        swiftSettings: settings
    ),
    .executableTarget(
        name: "aligner-probe",
        dependencies: ["LyricsSync"],
        path: "Tests/AlignerProbe",
        swiftSettings: settings
    ),
    .testTarget(
        name: "LyricsSyncTests",
        dependencies: ["GeminiSimulator", "LyricsSync", httpClient, logging, nio, nioHTTP, subprocess, system],
        swiftSettings: settings
    ),
    .testTarget(
        name: "OperatorCLITests",
        dependencies: ["OperatorCLI", "WorkflowCore", "WorkflowStore", argumentParser],
        swiftSettings: settings
    ),
    .testTarget(name: "MizzoCatalogTests", dependencies: ["MizzoCatalog", grdb], swiftSettings: settings),
    .testTarget(
        name: "MizzoAPITests",
        dependencies: [
            "DurableSQLite", "MizzoAPI", "MizzoCatalog", crypto, grdb, hummingbird, hummingbirdCore, hummingbirdTesting,
            jwt,
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "CrashTests",
        dependencies: [
            "CloudPeers", "DurableSQLite", "MizzoCatalog", "MizzoPlatform", "MizzoWorkflows", "WorkflowCore",
            "WorkflowEngine", "WorkflowStore", "mizzo-api", "mizzo-worker", grdb, httpClient, nio, nioHTTP,
        ],
        swiftSettings: settings
    ),
]

let package = Package(
    name: "mizzo",
    products: [
        .library(name: "WorkflowEngine", targets: ["WorkflowEngine"]),
        .library(name: "WorkflowTesting", targets: ["WorkflowTesting"]),
        .library(name: "EngineWorkloads", targets: ["EngineWorkloads"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: engine + platform + workloads + tests
)
