import ArgumentParser
import Foundation

/// What a child process does.
enum ChildRole: String, ExpressibleByArgument, CaseIterable {
    /// Keeps a core busy.
    case spin
    /// Starts parked runs and waits.
    case park
    /// Wakes one of the parked runs and waits for its result.
    case wakeOne
    /// Starts workflows whose second step never ends.
    case hang
    /// Goes on with them.
    case resume
    /// Says when each run of it begins.
    case serve
    /// Weighs parked runs, of which all but a thousand are evicted.
    case weighParked
    /// Weighs parked runs that stay in memory.
    case weighCached
    /// Weighs itself, idle and with 100 workflows in flight.
    case weighItself
}

/// One role of a child process. It ends when its standard input does, so it never outlives its parent.
struct RunChild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "child", shouldDisplay: false)

    @Argument var role: ChildRole
    @Option var path: String
    @Option var count: Int

    func run() async throws {
        let beganAt = ProcessUsage.monotonicSeconds
        RunWorkloads.silenceLogs()
        Thread {
            while let data = try? FileHandle.standardInput.read(upToCount: 1), !data.isEmpty {}
            _exit(0)
        }.start()
        switch role {
        case .spin: spin()
        case .park: try await ParkingChild.park(path, count)
        case .wakeOne: try await ParkingChild.wakeOne(path, number: count, beganAt: beganAt)
        case .hang: try await RecoveryChild.hang(path, count)
        case .resume: try await RecoveryChild.resume(path, count, beganAt: beganAt)
        case .serve: try await ServingChild.serve(path)
        case .weighParked: try await WeighingChild.weigh(path, count, maximumCachedRuns: 1000)
        case .weighCached: try await WeighingChild.weigh(path, count, maximumCachedRuns: count + 10_000)
        case .weighItself: try await WeighingChild.weighItself(path, milliseconds: count)
        }
    }

    private func spin() {
        // Reading the clock cannot be optimised away, and needs no system call.
        while ProcessUsage.monotonicSeconds > 0 {}
    }
}

/// Waits for the end that the parent gives.
func untilEnded() async throws {
    try await Task.sleep(for: .seconds(3600))
}
