import Logging
import ServiceLifecycle
import WorkflowEngine

/// Orders one coffee. Run it, kill it with `kill -9` or Ctrl-C before it is done, run it again.
@main
struct Main {
    static func main() async throws {
        let database = try await WorkflowDatabase.open(path: "coffee.sqlite")
        let worker = Worker(database, workflows: [CoffeeOrder.self], activities: [TellOnTerminal()])
        let order = OrderCoffee(client: worker.client)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: worker),
                    .init(service: order, successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                gracefulShutdownSignals: [.sigint, .sigterm],
                logger: Logger(label: "coffee")
            )
        )
        try await group.run()
    }
}

struct OrderCoffee: Service {
    let client: WorkflowClient

    func run() async throws {
        // The open order of an earlier run of this program, or a new one.
        let options = StartOptions(conflictPolicy: .useExisting)
        let order = try await client.start(CoffeeOrder.self, id: "order-1", input: "Ada", options: options)
        if let step = try await order.published(CoffeeOrder.step) { print("going on at: \(step)") }
        print(try await order.result())
    }
}
