import ActivityContracts
import CloudServices
import FoundationEssentials
import MizzoCatalog

/// What a transcoding container says about itself: an object in the bucket that it replaces as it goes on. It is the only way
/// back, so a container needs neither the database nor an address.
struct TranscodingReport: Codable, Sendable, Equatable {
    enum State: String, Codable, Sendable {
        /// At work.
        case running
        /// ``output`` is there.
        case done
        /// The upload is at fault; ``message`` is the sentence for the artist.
        case unusable
        /// Something else failed; ``message`` says what, ``code`` names it.
        case failed
    }

    /// The original as it was fetched.
    struct Source: Codable, Sendable, Equatable {
        var etag: String
        var byteCount: Int64
        var sha256: String?

        init(_ facts: ObjectFacts) {
            (etag, byteCount, sha256) = (facts.etag, facts.byteCount, facts.sha256)
        }

        var facts: ObjectFacts { ObjectFacts(etag: etag, byteCount: byteCount, sha256: sha256) }
    }

    var state = State.running
    var percent = 0
    var source: Source?
    var output: TranscodeTrack.Output?
    var code: String?
    var message: String?

    /// Larger objects are no reports.
    static let byteLimit = 64 * 1024

    /// Where the report of one launch lies.
    static func key(_ track: String, token: String) throws -> ObjectKey {
        try ObjectKey("transcoding-report/\(track)/\(token).json")
    }

    /// `nil` when there is none yet, or it is none of ours.
    static func read(_ key: ObjectKey, from store: any ObjectStore) async throws -> TranscodingReport? {
        do {
            let bytes = try await store.get(key).body.collect(upTo: byteLimit)
            return try? JSONDecoder().decode(TranscodingReport.self, from: Data(bytes))
        } catch let error as ObjectStoreError where error.kind == .noSuchKey || error.kind == .entityTooLarge {
            return nil
        }
    }

    func write(_ key: ObjectKey, to store: any ObjectStore) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let bytes = Array(try encoder.encode(self))
        let body = AsyncStream<[UInt8]> { stream in
            stream.yield(bytes)
            stream.finish()
        }
        try await store.put(key, body: body, options: PutOptions(contentType: "application/json"))
    }
}
