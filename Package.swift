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

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
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
            "WorkflowCore", "WorkflowStore", "DurableSQLite", "CWorkflowHooks", grdb, heap, logging, lifecycle,
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

let tests: [Target] = [
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
    .testTarget(
        name: "WorkflowEngineTests",
        dependencies: [
            "determinism-probe", "WorkflowCore", "WorkflowStore", "WorkflowEngine", "WorkflowTesting", "DurableSQLite",
            grdb, logging,
        ],
        swiftSettings: settings
    ),
]

let package = Package(
    name: "mizzo",
    products: [
        .library(name: "WorkflowEngine", targets: ["WorkflowEngine"]),
        .library(name: "WorkflowTesting", targets: ["WorkflowTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: engine + tests
)
