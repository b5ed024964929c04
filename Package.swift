// swift-tools-version: 6.2
import PackageDescription

/// Applied to every target.
/// - ExistentialAny: `any` shows where dynamic dispatch happens.
/// - MemberImportVisibility: a file imports what it uses, so a floor cannot lean on another's imports.
/// - NonisolatedNonsendingByDefault: async calls stay on the caller's executor, which keeps workflow code on its own.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "mizzo",
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "WorkflowCore", path: "Sources/WorkflowEngine/Core", swiftSettings: settings),
        .target(
            name: "DurableSQLite",
            dependencies: [.product(name: "GRDB", package: "GRDB.swift"), .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings),
        .target(
            name: "WorkflowStore", dependencies: ["WorkflowCore"],
            path: "Sources/WorkflowEngine/Store", swiftSettings: settings),
    ]
)
