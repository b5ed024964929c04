import Subprocess
import SystemPackage

/// Runs one confined decoder to its end, or to the end of its time, or until the task is cancelled.
struct DecoderProcess {
    let command: Isolation.Command
    /// See ``DecodingPlan/filterGraph``.
    let filterGraph: String
    let wallClockMax: Duration

    /// - Parameter work: where it writes.
    init(_ plan: DecodingPlan, in isolation: Isolation, source: FilePath, work: FilePath) {
        command = isolation.command(plan.arguments, source: source, work: work)
        filterGraph = plan.filterGraph
        wallClockMax = isolation.configuration.wallClockMax
    }

    init(command: Isolation.Command, filterGraph: String, wallClockMax: Duration) {
        (self.command, self.filterGraph, self.wallClockMax) = (command, filterGraph, wallClockMax)
    }

    struct Ending: Sendable {
        var status: TerminationStatus
        /// The end of what the decoder wrote to its standard error.
        var messages: String
    }

    /// - Throws: `cancelled`, `timed-out`, or a failure to start. By then the whole process group has been killed.
    func run(onPosition: @escaping @Sendable (Double) -> Void) async throws(TranscodingError) -> Ending {
        do {
            return try await withThrowingTaskGroup(of: Ending?.self) { group in
                group.addTask { try await execute(onPosition) }
                group.addTask {
                    try await Task.sleep(for: wallClockMax)
                    return nil
                }
                defer { group.cancelAll() }
                if let first = try await group.next(), let ending = first { return ending }
                throw TranscodingError(.timedOut, detail: "the decoder ran longer than \(wallClockMax)")
            }
        } catch {
            if Task.isCancelled || error is CancellationError {
                throw TranscodingError(.cancelled, detail: "the transcoding task was cancelled")
            }
            if let known = error as? TranscodingError { throw known }
            throw TranscodingError(.decoderKilled, detail: "running \(command.executable): \(error)")
        }
    }

    private func execute(_ onPosition: @escaping @Sendable (Double) -> Void) async throws -> Ending {
        let gate = try StartGate()
        defer { gate.close() }
        let result = try await Subprocess.run(
            .path(command.executable),
            arguments: Arguments(command.arguments),
            environment: .custom(["PATH": "/usr/bin", "LANG": "C"]),
            workingDirectory: command.workingDirectory,
            platformOptions: Self.platformOptions,
            input: .fileDescriptor(gate.readEnd, closeAfterSpawningProcess: false),
            output: .sequence,
            error: .sequence
        ) { execution in
            async let messages = collectMessages(execution.standardError, opening: gate)
            try await followProgress(execution.standardOutput, onPosition)
            return try await messages
        }
        try Task.checkCancellation()
        return Ending(status: result.terminationStatus, messages: result.closureResult)
    }

    /// An own session: one signal reaches the wrapper and everything it started. What the decoder has written is
    /// thrown away, so it is not asked politely.
    private static var platformOptions: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(2))
        ]
        return options
    }

    /// Opens the gate at the first message, which is the decoder's banner, and keeps the last 32 kB.
    private func collectMessages(
        _ output: SubprocessOutputSequence,
        opening gate: StartGate
    ) async throws -> String {
        var tail: [UInt8] = []
        var isOpen = false
        for try await buffer in output {
            buffer.withUnsafeBytes { tail.append(contentsOf: $0) }
            if tail.count > 1 << 16 { tail.removeFirst(tail.count - 1 << 15) }
            if !isOpen {
                isOpen = true
                try gate.write(filterGraph)
                gate.close()
            }
        }
        return String(decoding: tail.suffix(1 << 15), as: UTF8.self)
    }

    private func followProgress(
        _ output: SubprocessOutputSequence,
        _ onPosition: @Sendable (Double) -> Void
    ) async throws {
        var pending: [UInt8] = []
        for try await buffer in output {
            buffer.withUnsafeBytes { pending.append(contentsOf: $0) }
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeFirst(end + 1)
                guard line.hasPrefix("out_time_us="), let micros = Int(line.dropFirst(12)), micros >= 0 else {
                    continue
                }
                onPosition(Double(micros) / 1_000_000)
            }
        }
    }
}
