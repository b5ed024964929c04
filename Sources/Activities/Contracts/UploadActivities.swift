import WorkflowEngine

/// Voids the ticket of an upload that nobody registered. Transactional.
public enum AbandonUpload: ActivityContract {
    /// What it is given.
    public typealias Input = TrackReference

    /// What came out.
    public struct Output: Codable, Hashable, Sendable {
        /// `false` when the track was registered at the last moment.
        public var isAbandoned: Bool
        /// Describes the result.
        public init(isAbandoned: Bool) { self.isAbandoned = isAbandoned }
    }

    /// The name under which it is recorded.
    public static let name = "AbandonUpload"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .catalogChange }
}

/// Which upload an activity is about.
public struct UploadReference: Codable, Hashable, Sendable {
    /// The ticket's id.
    public var uploadID: String
    /// Names the upload.
    public init(uploadID: String) { self.uploadID = uploadID }
}

/// Voids the ticket of a cover picture that no track was registered with. Transactional.
public enum AbandonPoster: ActivityContract {
    /// What it is given.
    public typealias Input = UploadReference
    /// `false` when a track has the picture.
    public typealias Output = AbandonUpload.Output
    /// The name under which it is recorded.
    public static let name = "AbandonPoster"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .catalogChange }
}

/// Deletes a cover picture whose ticket is void.
public enum RemovePoster: ActivityContract {
    /// What it is given.
    public typealias Input = UploadReference
    /// What it returns.
    public typealias Output = Nothing
    /// The name under which it is recorded.
    public static let name = "RemovePoster"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .objectStoreVisit }
}

/// Removes the parts of an upload that will not be joined.
public enum DiscardParts: ActivityContract {
    /// What it is given.
    public typealias Input = UploadReference
    /// What it returns.
    public typealias Output = Nothing
    /// The name under which it is recorded.
    public static let name = "DiscardParts"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .objectStoreVisit }
}

/// Deletes what was uploaded for a track that will not be: the audio, also in parts, and the cover picture.
public enum RemoveUpload: ActivityContract {
    /// What it is given.
    public typealias Input = TrackReference
    /// What it returns.
    public typealias Output = Nothing
    /// The name under which it is recorded.
    public static let name = "RemoveUpload"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .objectStoreVisit }
}

/// Looks at a track's cover picture, if it has one. A picture that cannot be used is taken off the track and deleted, which
/// never fails the track.
public enum InspectPoster: ActivityContract {
    /// What it is given.
    public typealias Input = TrackReference

    /// What came out.
    public struct Output: Codable, Hashable, Sendable {
        /// Why the picture was taken off; `nil` when there is none or it is good.
        public var refusal: String?
        /// Describes the result.
        public init(refusal: String?) { self.refusal = refusal }
    }

    /// The name under which it is recorded.
    public static let name = "InspectPoster"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .objectStoreVisit }
}

extension ActivityOptions {
    /// A few calls to the object store.
    static var objectStoreVisit: ActivityOptions {
        ActivityOptions(startToCloseTimeout: .seconds(120), retryPolicy: RetryPolicy(maximumInterval: .seconds(300)))
    }
}
