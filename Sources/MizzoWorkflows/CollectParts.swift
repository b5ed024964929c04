import ActivityContracts
import WorkflowEngine

/// Waits until the parts of an upload have been joined. Parts that are given up, or that nobody joins in time, are removed:
/// they cost space, and no event tells of them.
public struct CollectParts: Workflow {
    /// The name under which it is recorded.
    public static let name = "CollectParts"

    /// The parts are joined, or given up.
    public static let ended = Signal<Ending>("ended")

    /// What became of the parts.
    public enum Ending: String, Codable, Sendable {
        /// They are an object now.
        case joined
        /// The artist does not want them any more.
        case discarded
        /// Nobody joined them in time.
        case expired
    }

    /// Which upload, and how long to wait.
    public struct Input: Codable, Hashable, Sendable {
        /// The ticket's id.
        public var uploadID: String
        /// From the ticket's issue. Longer than ticket and URLs are good for, so that nothing can come any more.
        public var waitSeconds: Int

        /// Describes a wait.
        public init(uploadID: String, waitSeconds: Int) {
            self.uploadID = uploadID
            self.waitSeconds = waitSeconds
        }
    }

    /// One workflow per upload.
    public static func id(uploadID: String) -> WorkflowID { WorkflowID("collect-parts/\(uploadID)") }

    /// Makes the value whose `run` the engine calls.
    public init() {}

    /// The workflow; see the type.
    public func run(_ workflow: WorkflowContext, input: Input) async throws -> Ending {
        let ending = try await workflow.next(Self.ended, timeout: .seconds(input.waitSeconds)) ?? .expired
        if ending != .joined {
            try await workflow.execute(DiscardParts.self, UploadReference(uploadID: input.uploadID))
        }
        return ending
    }
}
