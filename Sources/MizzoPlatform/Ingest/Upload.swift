import ActivityContracts
import CloudServices
import MizzoCatalog

/// An upload that an event announces.
struct Upload: Sendable {
    let track: TrackID
    let object: UploadedObject

    /// The original tracks among the objects of a message; none for test events and other objects.
    ///
    /// - Throws: ``MalformedEvent`` when the message is no event, or does not say which version was uploaded.
    static func all(in message: String, bucket: String) throws -> [Upload] {
        try ObjectCreatedEvent.parse(message).compactMap { event in
            guard event.bucket == bucket, let track = track(ofKey: event.key) else { return nil }
            guard let etag = event.etag, let size = event.size else { throw Unpinned(key: event.key) }
            return Upload(track: track, object: UploadedObject(key: event.key, entityTag: etag, byteCount: Int(size)))
        }
    }

    private static func track(ofKey key: String) -> TrackID? {
        guard key.hasPrefix("raw-track/"), key.hasSuffix(".mp3") else { return nil }
        let track = TrackID(rawValue: String(key.dropFirst("raw-track/".count).dropLast(".mp3".count)))
        return track.flatMap { MediaKeys.rawTrack($0) == key ? $0 : nil }
    }

    /// An event that leaves open which bytes were uploaded.
    struct Unpinned: Error, CustomStringConvertible {
        let key: String
        var description: String { "event-without-etag: the event of \(key) lacks the object's etag or size" }
    }
}
