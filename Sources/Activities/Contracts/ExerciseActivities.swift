import WorkflowEngine

/// Appends one line to the exercise's ledger: an effect outside of the database that must happen exactly once.
public enum AppendToLedger: ActivityContract {
    /// The line.
    public struct Input: Codable, Hashable, Sendable {
        /// Which step of which exercise.
        public var label: String
        /// Milliseconds that pass between the effect and the answer: whoever dies meanwhile has had the effect and does not know.
        public var answerMilliseconds: Int
        /// Makes a line.
        public init(label: String, answerMilliseconds: Int) {
            self.label = label
            self.answerMilliseconds = answerMilliseconds
        }
    }
    /// What it returns.
    public typealias Output = Nothing
    /// The name under which it is recorded.
    public static let name = "AppendToLedger"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions {
        ActivityOptions(
            startToCloseTimeout: .seconds(30),
            retryPolicy: RetryPolicy(initialInterval: .milliseconds(100), maximumInterval: .seconds(2))
        )
    }
}
