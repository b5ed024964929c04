import EngineWorkloads

/// `engine-bench` without optimisation, for the tests.
@main
enum Main {
    static func main() async { await EngineBench.run() }
}
