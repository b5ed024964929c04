import MizzoWorkflows
import Testing
import WorkflowEngine

/// Keeps one exercise in flight: starts it, signals it, checks its result, starts the next.
struct ExerciseLane {
    let number: Int
    let client: WorkflowClient
    let journal: Journal
    var random: SeededRandom

    mutating func run() async throws {
        var round = 0
        repeat {
            round += 1
            try await exercise(WorkflowID("exercise-\(number)-\(round)"))
        } while !journal.isStopped
    }

    private mutating func exercise(_ id: WorkflowID) async throws {
        let input = Exercise.Input(
            steps: 2,
            signals: 3,
            pauseMilliseconds: Int.random(in: 50...900, using: &random),
            answerMilliseconds: Int.random(in: 0...300, using: &random)
        )
        let handle = try await start(id, input)
        var sent: [Int] = []
        for index in 0..<input.signals {
            try await pause(random.milliseconds(0...300))
            let (value, request) = (Int.random(in: 0...1_000_000, using: &random), "\(id)/signal/\(index)")
            try await handle.signal(Exercise.proceed, value, requestID: request)
            journal.signalled(id, requestID: request)
            sent.append(value)
            // A client that did not hear the answer sends again.
            if random.oneIn(4) { try await handle.signal(Exercise.proceed, value, requestID: request) }
        }
        let output = try await handle.result()
        #expect(output.lines == 3 * input.steps, "\(id)")
        #expect(output.received == sent, "\(id) received other signals than it was sent, or in another order")
        journal.finished()
    }

    private mutating func start(_ id: WorkflowID, _ input: Exercise.Input) async throws -> WorkflowHandle<Exercise> {
        let options = StartOptions(requestID: "start/\(id)")
        let handle = try await client.start(Exercise.self, id: id, input: input, options: options)
        let runID = try #require(handle.runID)
        journal.started(id, runID: runID, steps: input.steps)
        if random.oneIn(4) {
            let again = try await client.start(Exercise.self, id: id, input: input, options: options)
            #expect(again.runID == runID, "\(id) was started twice by one request")
        }
        return handle
    }
}
