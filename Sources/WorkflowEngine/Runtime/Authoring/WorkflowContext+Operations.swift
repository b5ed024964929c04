import WorkflowCore

extension WorkflowContext {
    // MARK: Activities

    /// Runs an activity and waits for its result.
    ///
    /// - Parameters:
    ///   - contract: which activity.
    ///   - input: what it is given.
    ///   - options: replace the contract's default options.
    /// - Throws: ``Failure`` of kind `activity` when the activity failed for good, with the reason as its cause;
    ///   `CancellationError` when the calling task was cancelled.
    @discardableResult
    public func execute<Contract: ActivityContract>(
        _ contract: Contract.Type,
        _ input: Contract.Input,
        options: ActivityOptions? = nil,
        file: StaticString = #fileID,
        line: Int = #line
    ) async throws -> Contract.Output {
        let location = SourceLocation(file: file, line: line)
        let options = options ?? Contract.options
        let run = try await usable(at: location)
        let command = try run.scheduleCommand(Contract.name, input: input, options: options, at: location)
        let kind = PendingOperation.Kind.activity(type: Contract.name, options.cancellation)
        let outcome = try await suspend(kind, at: location) { run, operation in
            run.issue(.scheduleActivity(operation, command), at: location)
        }
        guard case .payload(let payload) = outcome else { throw CancellationError() }
        return try decode(Contract.Output.self, payload, "the result of activity \(Contract.name)", at: location)
    }

    /// Runs an activity that takes no input and waits for its result.
    @discardableResult
    public func execute<Contract: ActivityContract>(
        _ contract: Contract.Type,
        options: ActivityOptions? = nil,
        file: StaticString = #fileID,
        line: Int = #line
    ) async throws -> Contract.Output where Contract.Input == Nothing {
        try await execute(contract, Nothing(), options: options, file: file, line: line)
    }

    // MARK: Time

    /// Waits for a duration, across restarts. Never ends early. A duration of zero or less returns at once.
    public func sleep(
        for duration: Duration,
        file: StaticString = #fileID,
        line: Int = #line
    ) async throws {
        let location = SourceLocation(file: file, line: line)
        _ = try await usable(at: location)
        guard duration > .zero else { return }
        _ = try await suspend(.timer(duration), at: location) { run, operation in
            run.issue(.startTimer(operation, duration), at: location)
        }
    }

    /// Waits until a point in time, across restarts. A point that has passed returns at once.
    public func sleep(
        until time: Timestamp,
        file: StaticString = #fileID,
        line: Int = #line
    ) async throws {
        try await sleep(for: time - now, file: file, line: line)
    }

    // MARK: Signals

    /// The next value of a signal, in order of arrival; waits for it if there is none.
    public func next<Value>(
        _ signal: Signal<Value>,
        file: StaticString = #fileID,
        line: Int = #line
    ) async throws -> Value {
        let location = SourceLocation(file: file, line: line)
        switch try await receive(signal, timeout: nil, at: location) {
        case .payload(let payload):
            return try decode(Value.self, payload, "a value of signal \(signal.name)", at: location)
        case .timedOut: throw CancellationError()
        }
    }

    /// The next value of a signal, or `nil` when none has arrived after `timeout`.
    public func next<Value>(
        _ signal: Signal<Value>,
        timeout: Duration,
        file: StaticString = #fileID,
        line: Int = #line
    ) async throws -> Value? {
        let location = SourceLocation(file: file, line: line)
        switch try await receive(signal, timeout: timeout, at: location) {
        case .payload(let payload):
            return try decode(Value.self, payload, "a value of signal \(signal.name)", at: location)
        case .timedOut: return nil
        }
    }

    /// The values of a signal as an endless sequence; it ends by throwing when the reading task is cancelled.
    public func signals<Value>(_ signal: Signal<Value>) -> SignalSequence<Value> {
        SignalSequence(context: self, signal: signal)
    }

    private func receive<Value>(
        _ signal: Signal<Value>,
        timeout: Duration?,
        at location: SourceLocation
    ) async throws -> PendingOperation.Outcome {
        let run = try await usable(at: location)
        if run.channels[signal.name]?.buffered.isEmpty == false {
            return .payload(run.channels[signal.name]?.buffered.removeFirst() ?? nil)
        }
        return try await suspend(.signal(name: signal.name), timeout: timeout, at: location) { run, operation in
            run.channels[signal.name, default: SignalChannel()].waiting.append(operation)
        }
    }

    // MARK: Conditions

    /// Waits until `predicate` holds. It is tested after everything that happens to the run; it must not change anything.
    public func condition(
        file: StaticString = #fileID,
        line: Int = #line,
        _ predicate: @escaping @Sendable () -> Bool
    ) async throws {
        _ = try await wait(for: predicate, timeout: nil, at: SourceLocation(file: file, line: line))
    }

    /// Waits until `predicate` holds or `timeout` has passed.
    ///
    /// - Returns: whether the predicate held.
    public func condition(
        timeout: Duration,
        file: StaticString = #fileID,
        line: Int = #line,
        _ predicate: @escaping @Sendable () -> Bool
    ) async throws -> Bool {
        try await wait(for: predicate, timeout: timeout, at: SourceLocation(file: file, line: line))
    }

    private func wait(
        for predicate: @escaping @Sendable () -> Bool,
        timeout: Duration?,
        at location: SourceLocation
    ) async throws -> Bool {
        _ = try await usable(at: location)
        if predicate() { return true }
        let outcome = try await suspend(.condition(predicate), timeout: timeout, at: location) { run, operation in
            run.conditions.append(operation)
        }
        if case .timedOut = outcome { return false }
        return true
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type,
        _ payload: Payload?,
        _ what: String,
        at location: SourceLocation
    ) throws -> Value {
        do {
            return try execution.codec.decode(type, from: payload)
        } catch {
            let violation = Violation.undecodable(what, as: "\(type)", error: error, at: location)
            execution.executor.note(violation)
            throw violation
        }
    }
}

/// The values of one signal, in order of arrival.
public struct SignalSequence<Value: Codable & Sendable>: AsyncSequence, Sendable {
    let context: WorkflowContext
    let signal: Signal<Value>

    /// Reads one value after the other.
    public struct Iterator: AsyncIteratorProtocol {
        let context: WorkflowContext
        let signal: Signal<Value>
        /// The next value; waits for it.
        public mutating func next() async throws -> Value? { try await context.next(signal) }
    }

    /// Starts reading behind what was read before.
    public func makeAsyncIterator() -> Iterator { Iterator(context: context, signal: signal) }
}
