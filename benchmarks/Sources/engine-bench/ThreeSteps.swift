import WorkflowEngine

/// A step that costs nothing: what is measured is the engine.
enum NextNumber: ActivityContract {
    typealias Input = Int
    typealias Output = Int
    static let name = "NextNumber"
    static let options = ActivityOptions(startToCloseTimeout: .seconds(60))
}

struct NextNumberActivity: Activity {
    typealias Contract = NextNumber
    func execute(_ input: Int, context: ActivityContext) async throws -> Int { input + 1 }
}

/// Three durable steps, one after the other.
struct ThreeSteps: Workflow {
    static let name = "ThreeSteps"
    func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
        var number = input
        for _ in 0..<3 { number = try await workflow.execute(NextNumber.self, number) }
        return number
    }
}
