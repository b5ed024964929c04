// swift-tools-version: 6.2
import PackageDescription

/// The program around the workloads. They are a target of the root package, whose tests run them.
let package = Package(
    name: "benchmarks",
    dependencies: [.package(name: "mizzo", path: "..")],
    targets: [
        .executableTarget(
            name: "engine-bench",
            dependencies: [.product(name: "EngineWorkloads", package: "mizzo")],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"), .treatAllWarnings(as: .error),
            ]
        )
    ]
)
