import WorkflowEngine

/// A process full of parked runs.
enum ParkingChild {
    static func id(_ number: Int) -> WorkflowID { WorkflowID("parked-\(number)") }

    /// Starts `count` runs that wait, of two types, and a tenth as many that complete. Says `ready` and waits.
    static func park(_ path: String, _ count: Int) async throws {
        try await EngineSession.with(path, slots: 1000) { session in
            let client = session.client
            try await forEach(count, inFlight: 1000) { number in
                if number % 10 == 0 {
                    try await client.start(ParkedElsewhere.self, id: id(number), input: number)
                    _ = try await client.start(ThreeSteps.self, id: WorkflowID("done-\(number)"), input: 0).result()
                } else {
                    try await client.start(Parked.self, id: id(number), input: number)
                }
            }
            try await Parked.reached.reaches(count)
            say("ready")
            try await untilEnded()
        }
    }

    /// Signals one of the runs before the worker starts. Says `first` with the milliseconds from the process's beginning
    /// until the run's result, and waits.
    static func wakeOne(_ path: String, number: Int, beganAt: Double) async throws {
        try await EngineSession.with(path) { session in
            let run = session.client.handle(Parked.self, id: id(number))
            try await run.signal(wakeUp, 1)
            _ = try await run.result()
            say("first \((ProcessUsage.monotonicSeconds - beganAt) * 1000)")
            try await untilEnded()
        }
    }
}
