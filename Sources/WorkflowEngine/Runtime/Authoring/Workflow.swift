import WorkflowCore

/// A durable workflow: an ordinary async function whose every step is recorded, so that it goes on after any crash.
///
/// `run` is executed again from its recorded history whenever the run has to be loaded, so it must do the same each time:
/// wait only for operations of its ``WorkflowContext``, take time, random numbers and UUIDs from there, and do everything
/// else in activities. Concurrency is Swift's own: `async let`, task groups, cancellation.
///
/// An error thrown by `run` fails the workflow. Code that does something else than its history says, waits for something
/// that is not a workflow operation, or cannot decode a recorded value *blocks* the run: nothing is appended and a worker
/// with corrected code continues it.
public protocol Workflow: Sendable {
    /// What a run is started with.
    associatedtype Input: Codable & Sendable
    /// What a run returns.
    associatedtype Output: Codable & Sendable

    /// The name under which runs are recorded. It never changes while runs of it are open.
    static var name: String { get }

    /// Makes the value whose `run` is called, once per load.
    init()

    /// The workflow.
    func run(_ workflow: WorkflowContext, input: Input) async throws -> Output
}

/// Stands for "no value" where an input, an output or a signal has none. It is recorded as no payload at all.
public struct Nothing: Codable, Hashable, Sendable {
    /// Makes the one value.
    public init() {}
}

/// The name and type of a signal: a message that anybody may send to an open run.
///
/// Signals of one name form an ordered channel. Values wait in it until the workflow reads them; none is dropped.
public struct Signal<Value: Codable & Sendable>: Sendable {
    /// The name under which the signal is recorded.
    public let name: String
    /// Declares a signal.
    public init(_ name: String) { self.name = name }
}

/// The name and type of a piece of state that a workflow publishes.
///
/// The last published value can be read by anybody, with every worker down, from the moment the activation that published
/// it has been committed.
public struct Published<Value: Codable & Sendable>: Sendable {
    /// The name under which the value is stored.
    public let name: String
    /// Declares a published state.
    public init(_ name: String) { self.name = name }
}

/// The name, types and default options of an activity: all that a workflow needs to know of it.
public protocol ActivityContract: Sendable {
    /// What the activity is given.
    associatedtype Input: Codable & Sendable
    /// What the activity returns.
    associatedtype Output: Codable & Sendable

    /// The name under which the activity is recorded.
    static var name: String { get }
    /// Options that apply unless the caller gives others.
    static var options: ActivityOptions { get }
}
