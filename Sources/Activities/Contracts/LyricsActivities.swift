import WorkflowEngine

/// Creates the track's lyrics record as `PENDING`. Transactional.
public enum BeginLyrics: ActivityContract {
    /// What it is given.
    public typealias Input = TrackReference
    /// What it returns.
    public typealias Output = Nothing
    /// The name under which it is recorded.
    public static let name = "BeginLyrics"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .catalogChange }
}

/// Times a track's lyrics against its audio.
public enum SynchronizeLyrics: ActivityContract {
    /// What it is given.
    public typealias Input = TrackReference

    /// What came out.
    public struct Output: Codable, Hashable, Sendable {
        /// The canonical JSON document; `nil` when there are no lyrics.
        public var document: String?
        /// Who timed them.
        public var provider: String
        /// One sentence that says how they were timed, or why there are none.
        public var explanation: String
        /// What the profanity rules found in the lines, as a JSON array of the catalogue's findings; `nil`: nothing.
        public var marks: String?
        /// Describes the result.
        public init(document: String?, provider: String, explanation: String, marks: String? = nil) {
            self.document = document
            self.provider = provider
            self.explanation = explanation
            self.marks = marks
        }
    }

    /// The name under which it is recorded.
    public static let name = "SynchronizeLyrics"
    /// The queue of lyrics work.
    public static let queue: TaskQueue = "lyrics"

    /// Quotas recover within hours and an operator may have to act, so the activity is tried for two days.
    public static var options: ActivityOptions {
        ActivityOptions(
            taskQueue: queue,
            startToCloseTimeout: .seconds(900),
            scheduleToCloseTimeout: .seconds(48 * 3600),
            heartbeatTimeout: .seconds(300),
            retryPolicy: RetryPolicy(
                initialInterval: .seconds(2),
                maximumInterval: .seconds(900),
                nonRetryableErrorTypes: ["LyricsRefused"],
                jitter: 0.3
            )
        )
    }
}

/// Stores the outcome as `COMPLETED` or `FAILED` and notifies the artist. Transactional.
public enum StoreLyrics: ActivityContract {
    /// The track and the outcome.
    public struct Input: Codable, Hashable, Sendable {
        /// The track.
        public var trackID: String
        /// The lyrics, or `nil` when they could not be made.
        public var lyrics: SynchronizeLyrics.Output?
        /// Why they could not be made.
        public var failure: String?
        /// Describes the change.
        public init(trackID: String, lyrics: SynchronizeLyrics.Output?, failure: String?) {
            self.trackID = trackID
            self.lyrics = lyrics
            self.failure = failure
        }
    }
    /// What it returns.
    public typealias Output = Nothing
    /// The name under which it is recorded.
    public static let name = "StoreLyrics"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .catalogChange }
}
