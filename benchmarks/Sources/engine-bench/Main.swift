import EngineWorkloads

/// The benchmarks as a program; all of it is in `EngineWorkloads`, which the root package's tests run too.
@main
enum Main {
    static func main() async { await EngineBench.run() }
}
