import ActivityContracts
import WorkflowEngine

/// Clears away a cover picture that no track was registered with. A picture has no run that waits for it, and its upload
/// is announced to nobody, so this one begins with the ticket and looks once, when the ticket has long run out.
public struct ExpirePoster: Workflow {
    /// The name under which it is recorded.
    public static let name = "ExpirePoster"

    /// Which ticket, and when to look.
    public struct Input: Codable, Hashable, Sendable {
        /// The ticket's id.
        public var uploadID: String
        /// From the issue of the ticket. Longer than ticket and URL are good for, so that nothing can come any more.
        public var waitSeconds: Int

        /// Describes a wait; a day.
        public init(uploadID: String, waitSeconds: Int = 86_400) {
            self.uploadID = uploadID
            self.waitSeconds = waitSeconds
        }
    }

    /// What became of the picture.
    public enum Outcome: String, Codable, Sendable {
        /// A track has it.
        case used
        /// There is none any more, if there ever was one.
        case removed
    }

    /// One workflow per ticket.
    public static func id(uploadID: String) -> WorkflowID { WorkflowID("expire-poster/\(uploadID)") }

    /// Makes the value whose `run` the engine calls.
    public init() {}

    /// The workflow; see the type.
    public func run(_ workflow: WorkflowContext, input: Input) async throws -> Outcome {
        try await workflow.sleep(for: .seconds(input.waitSeconds))
        let upload = UploadReference(uploadID: input.uploadID)
        // The ticket decides: once it is void, no track can be registered with it.
        guard try await workflow.execute(AbandonPoster.self, upload).isAbandoned else { return .used }
        try await workflow.execute(RemovePoster.self, upload)
        return .removed
    }
}
