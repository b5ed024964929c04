import WorkflowEngine

/// A step that costs nothing: what is measured is the engine.
enum NextNumber: ActivityContract {
    typealias Input = Int
    typealias Output = Int
    static let name = "NextNumber"
    static let options = ActivityOptions(startToCloseTimeout: .seconds(600))
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

/// As many durable steps as it is told, one after the other.
struct ManySteps: Workflow {
    static let name = "ManySteps"
    func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
        var number = 0
        while number < input { number = try await workflow.execute(NextNumber.self, number) }
        return number
    }
}

/// Waits until a moment, in milliseconds since 1970.
struct SleepUntil: Workflow {
    static let name = "SleepUntil"
    func run(_ workflow: WorkflowContext, input: Int64) async throws -> Int64 {
        try await workflow.sleep(until: Timestamp(milliseconds: input))
        return input
    }
}
