import WorkflowEngine

/// Says something to the guest.
enum Tell: ActivityContract {
    typealias Input = String
    typealias Output = Nothing
    static let name = "Tell"
    static let options = ActivityOptions(startToCloseTimeout: .seconds(5))
}

struct TellOnTerminal: Activity {
    typealias Contract = Tell

    func execute(_ input: String, context: ActivityContext) async throws -> Nothing {
        print(input)
        return Nothing()
    }
}

/// Grinds, brews and pours. Kill the program at any moment and start it again: it goes on where it was.
struct CoffeeOrder: Workflow {
    static let name = "CoffeeOrder"
    static let step = Published<String>("step")

    func run(_ workflow: WorkflowContext, input: String) async throws -> String {
        for step in ["grinding", "heating water", "brewing", "pouring"] {
            workflow.publish(step, as: Self.step)
            try await workflow.execute(Tell.self, "\(input)'s coffee: \(step)")
            try await workflow.sleep(for: .seconds(2))
        }
        return "a coffee for \(input)"
    }
}
