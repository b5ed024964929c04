import WorkflowEngine

package enum AddOne: ActivityContract {
    package typealias Input = Int
    package typealias Output = Int
    package static let name = "AddOne"
    package static let options = ActivityOptions(startToCloseTimeout: .seconds(60))
}

package struct AddOneActivity: Activity {
    package typealias Contract = AddOne
    package init() {}
    package func execute(_ input: Int, context: ActivityContext) async throws -> Int { input + 1 }
}

/// Three steps, a timer, and a signal whose value is added: the input plus 1003.
package struct StepsAndSignal: Workflow {
    package static let name = "StepsAndSignal"
    package static let bonus = Signal<Int>("bonus")

    package init() {}

    package func run(_ workflow: WorkflowContext, input: Int) async throws -> Int {
        var number = input
        for _ in 0..<3 { number = try await workflow.execute(AddOne.self, number) }
        try await workflow.sleep(for: .milliseconds(2))
        return number + (try await workflow.next(Self.bonus))
    }
}
