import AudioTranscoding
import CloudServices
import FoundationEssentials
import MizzoCatalog

/// Uploads one transcoding so that players never find a playlist before what it names: segments, variant playlists, master.
struct TranscodingPublication: Sendable {
    let store: any ObjectStore
    let track: TrackID
    /// Where the transcoder put its files.
    let directory: String

    /// Files uploaded between two signs of life.
    private static let batchSize = 32

    /// Uploads the description of the result, then all files.
    ///
    /// - Parameter onBatch: called after every batch.
    /// - Throws: ``ObjectStoreError``; the master playlist is then the old one or missing.
    func upload(_ audio: TranscodedAudio, onBatch: @Sendable () -> Void) async throws {
        try await store(description: audio)
        let order = audio.publishingOrder
        let segments = order.filter { $0.name.hasSuffix(".aac") }
        let variants = order.filter { $0.name.hasSuffix(".m3u8") && $0.name != Self.masterName }
        let master = order.filter { $0.name == Self.masterName }
        for phase in [segments, variants, master] {
            for start in stride(from: 0, to: phase.count, by: Self.batchSize) {
                try await upload(Array(phase[start..<min(start + Self.batchSize, phase.count)]))
                onBatch()
            }
        }
    }

    static let masterName = "master.m3u8"

    /// Segments, loudness and waveform: too big for a history, and useful to players that draw the track.
    private func store(description audio: TranscodedAudio) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = Array(try encoder.encode(audio))
        let body = AsyncStream<[UInt8]> { stream in
            stream.yield(bytes)
            stream.finish()
        }
        let options = PutOptions(contentType: "application/json", expectedByteCount: Int64(bytes.count))
        try await store.put(ObjectKey(MediaKeys.analysis(track)), body: body, options: options)
    }

    private func upload(_ files: [AudioTranscoding.PublishedFile]) async throws {
        let uploads = try files.map { file in
            CloudServices.PublishedFile(
                key: try ObjectKey(MediaKeys.transcoded(track, file: file.name)),
                path: "\(directory)/\(file.name)",
                contentType: file.name.hasSuffix(".aac") ? "audio/aac" : "application/vnd.apple.mpegurl"
            )
        }
        let stored = try await store.publish([uploads])
        for (file, info) in zip(files, stored) {
            let isSame = info.size == Int64(file.byteCount) && info.sha256.map { $0 == file.sha256 } ?? true
            guard isSame else {
                throw ObjectStoreError(
                    .internalError,
                    "Object \"\(info.key)\" was stored with \(info.size) bytes, expected \(file.byteCount), or with "
                        + "another SHA-256 than \(file.sha256). Publish again."
                )
            }
        }
    }
}
