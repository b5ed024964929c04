import WorkflowEngine

/// Which track an activity is about.
public struct TrackReference: Codable, Hashable, Sendable {
    /// The track's id.
    public var trackID: String
    /// Names the track.
    public init(trackID: String) { self.trackID = trackID }
}

/// An object in the object store, pinned by its content.
public struct UploadedObject: Codable, Hashable, Sendable {
    /// The object's key, `raw-track/{trackId}.mp3`.
    public var key: String
    /// The object's entity tag: the content that was uploaded and no other.
    public var entityTag: String
    /// Size in bytes.
    public var byteCount: Int
    /// Describes an object.
    public init(key: String, entityTag: String, byteCount: Int) {
        self.key = key
        self.entityTag = entityTag
        self.byteCount = byteCount
    }
}

/// Moves a track to `PROCESSING`. Transactional.
public enum BeginProcessing: ActivityContract {
    /// What it is given.
    public typealias Input = TrackReference
    /// What it returns.
    public typealias Output = Nothing
    /// The name under which it is recorded.
    public static let name = "BeginProcessing"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .catalogChange }
}

/// Turns the uploaded audio into HLS renditions in the object store, master playlist last.
public enum TranscodeTrack: ActivityContract {
    /// What to transcode.
    public struct Input: Codable, Hashable, Sendable {
        /// The track.
        public var trackID: String
        /// The uploaded audio.
        public var source: UploadedObject
        /// Describes the work.
        public init(trackID: String, source: UploadedObject) {
            self.trackID = trackID
            self.source = source
        }
    }

    /// What came out.
    public struct Output: Codable, Hashable, Sendable {
        /// Key of the master playlist.
        public var masterKey: String
        /// Length of the decoded audio in milliseconds.
        public var durationMilliseconds: Int
        /// Integrated loudness in LUFS (EBU R128), `nil` for silence.
        public var loudness: Double?
        /// True peak in dBFS, `nil` for silence.
        public var truePeak: Double?
        /// Loudness range in LU (EBU R128), `nil` for silence.
        public var loudnessRange: Double?
        /// Number of objects written.
        public var objectCount: Int
        /// Bytes written.
        public var byteCount: Int
        /// Describes the result.
        public init(
            masterKey: String,
            durationMilliseconds: Int,
            loudness: Double?,
            truePeak: Double?,
            loudnessRange: Double? = nil,
            objectCount: Int,
            byteCount: Int
        ) {
            self.masterKey = masterKey
            self.durationMilliseconds = durationMilliseconds
            self.loudness = loudness
            self.truePeak = truePeak
            self.loudnessRange = loudnessRange
            self.objectCount = objectCount
            self.byteCount = byteCount
        }
    }

    /// Heartbeat details: how far an attempt is.
    public struct Progress: Codable, Hashable, Sendable {
        /// 0 to 100.
        public var percent: Int
        /// Makes a report.
        public init(percent: Int) { self.percent = percent }
    }

    /// The name under which it is recorded.
    public static let name = "TranscodeTrack"
    /// The queue whose slots are the transcoding capacity.
    public static let queue: TaskQueue = "transcoding"
    /// The failure type of audio that cannot be used; the failure's message is the sentence for the artist.
    public static let unusableAudio = "UnusableAudio"

    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions {
        ActivityOptions(
            taskQueue: queue,
            startToCloseTimeout: .seconds(2 * 3600),
            heartbeatTimeout: .seconds(60),
            retryPolicy: RetryPolicy(
                maximumInterval: .seconds(60),
                maximumAttempts: 6,
                nonRetryableErrorTypes: [unusableAudio],
                jitter: 0.2
            )
        )
    }
}

/// Moves a track to `REVIEWING`, stores what transcoding measured, and starts the lyrics workflow: one transaction.
public enum RequestReview: ActivityContract {
    /// The track and what is known of its audio.
    public struct Input: Codable, Hashable, Sendable {
        /// The track.
        public var trackID: String
        /// What transcoding measured.
        public var audio: TranscodeTrack.Output
        /// Describes the change.
        public init(trackID: String, audio: TranscodeTrack.Output) {
            self.trackID = trackID
            self.audio = audio
        }
    }
    /// What it returns.
    public typealias Output = Nothing
    /// The name under which it is recorded.
    public static let name = "RequestReview"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .catalogChange }
}

/// An administrator's decision about a track in review.
public struct ReviewDecision: Codable, Hashable, Sendable {
    /// Whether the track goes live.
    public var approved: Bool
    /// Why not, as a sentence for the artist.
    public var reason: String?
    /// Who decided.
    public var administrator: String
    /// Describes a decision.
    public init(approved: Bool, reason: String?, administrator: String) {
        self.approved = approved
        self.reason = reason
        self.administrator = administrator
    }
}

/// Moves a track to `PUBLISHED` or `BLOCKED` and notifies the artist. Transactional.
public enum ApplyReview: ActivityContract {
    /// The track and the decision.
    public struct Input: Codable, Hashable, Sendable {
        /// The track.
        public var trackID: String
        /// The decision.
        public var decision: ReviewDecision
        /// Describes the change.
        public init(trackID: String, decision: ReviewDecision) {
            self.trackID = trackID
            self.decision = decision
        }
    }
    /// What it returns.
    public typealias Output = Nothing
    /// The name under which it is recorded.
    public static let name = "ApplyReview"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .catalogChange }
}

/// Moves a track to `FAILED` with a sentence for the artist and notifies them. Transactional.
public enum FailTrack: ActivityContract {
    /// The track and the reason.
    public struct Input: Codable, Hashable, Sendable {
        /// The track.
        public var trackID: String
        /// One sentence that an artist understands.
        public var reason: String
        /// Describes the change.
        public init(trackID: String, reason: String) {
            self.trackID = trackID
            self.reason = reason
        }
    }
    /// What it returns.
    public typealias Output = Nothing
    /// The name under which it is recorded.
    public static let name = "FailTrack"
    /// The options that apply unless the caller gives others.
    public static var options: ActivityOptions { .catalogChange }
}

extension ActivityOptions {
    /// A short transaction in the platform's own tables. A workflow that is cancelled meanwhile waits for it: it may be
    /// committed already.
    static var catalogChange: ActivityOptions {
        ActivityOptions(
            startToCloseTimeout: .seconds(30),
            retryPolicy: RetryPolicy(maximumInterval: .seconds(30)),
            cancellation: .waitCompleted
        )
    }
}
