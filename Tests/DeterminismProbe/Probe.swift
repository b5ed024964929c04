import WorkflowCore

/// Prints what an execution did; the output has to be the same in every build mode (`scripts/determinism.sh`). With
/// `--history` prints the encoded history as hexadecimal digits instead.
@main struct Probe {
    static func main() async throws {
        let execution = try await Execution.make()
        if CommandLine.arguments.contains("--history") {
            return print(
                HistoryCoding.encode(execution.history).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
                    .joined()
            )
        }
        for command in execution.commands { print(command) }
        for line in execution.result { print(line) }
        print("digest \(execution.digest)")
    }
}
