import ActivityContracts
import DurableSQLite
import FoundationEssentials
import MizzoCatalog
import WorkflowEngine

/// Turns an upload into HLS objects with a ``TranscodingRunner``, seals the upload's ticket and brings progress to the track.
public struct TranscodeTrackActivity: Activity {
    /// Name and types.
    public typealias Contract = TranscodeTrack

    private let runner: any TranscodingRunner
    private let database: any DatabaseAccess
    private let now: @Sendable () -> Date

    /// - Parameter runner: where the work is done.
    public init(
        runner: any TranscodingRunner,
        database: any DatabaseAccess,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.runner = runner
        self.database = database
        self.now = now
    }

    /// See ``TranscodeTrackActivity``.
    ///
    /// - Throws: an ``ApplicationError`` of type ``TranscodeTrack/unusableAudio`` with a sentence for the artist when the
    ///   upload is at fault; what else is thrown may succeed later.
    public func execute(_ input: TranscodeTrack.Input, context: ActivityContext) async throws -> TranscodeTrack.Output {
        let track = try TrackID(checking: input.trackID)
        let reporter = ProgressReporter(track: track, database: database, context: context, now: now)
        return try await reporter.reporting { report in
            try await runner.run(input, context: context) { facts in
                try await seal(track, facts)
            } report: { percent in
                if let percent { report(percent) } else { context.heartbeat() }
            }
        }
    }

    /// Seals the ticket, so that everything later reads and plays the very bytes that are transcoded.
    private func seal(_ track: TrackID, _ facts: ObjectFacts) async throws {
        let now = now()
        try await database.write { database in
            try changingCatalog { try Catalog.seal(UploadID(audioOf: track), as: facts, at: now, in: database) }
        }
    }
}
