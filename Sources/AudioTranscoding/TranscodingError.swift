/// Why a file could not be transcoded.
///
/// It is `Codable` so that it can be stored as the failure of a durable step and read back unchanged.
public struct TranscodingError: Error, Codable, Sendable, Equatable {
    /// The stable name of the failure, for programs.
    public let code: Code
    /// One or two sentences for the artist who uploaded the file; names no tool and no path.
    public let artistMessage: String
    /// What the operator needs: the operation, expected and actual values, the end of the decoder's own messages.
    public let detail: String
    /// True when the same file may succeed later; a bad input is never retryable.
    public let isRetryable: Bool

    /// - Parameters:
    ///   - code: The stable name; it also decides whether a retry makes sense.
    ///   - detail: Text for the operator.
    ///   - artistMessage: A sentence more specific than the one that belongs to the code, where there is one.
    public init(_ code: Code, detail: String, artistMessage: String? = nil) {
        self.code = code
        self.detail = detail
        self.artistMessage = artistMessage ?? code.artistMessage
        self.isRetryable = code.isRetryable
    }
}

extension TranscodingError: CustomStringConvertible {
    /// `<code>: <detail>`, the form used in logs.
    public var description: String { "\(code.rawValue): \(detail)" }
}

extension TranscodingError {
    /// The stable, kebab-case names of everything that can go wrong.
    public enum Code: String, Codable, Sendable, CaseIterable {
        case emptyFile = "empty-file"
        case notAudio = "not-audio"
        case unsupportedFormat = "unsupported-format"
        case playlistRefused = "playlist-refused"
        case noAudioTrack = "no-audio-track"
        /// Less than 98 % of the promised audio is there.
        case truncated = "truncated"
        /// The header promises more audio than a complete file of this size holds.
        case lyingHeader = "lying-header"
        case tooLong = "too-long"
        case tooLarge = "too-large"
        case decoderFailed = "decoder-failed"
        /// The decoder hit its processor, memory or file-size limit.
        case resourceLimit = "resource-limit"
        /// The wall-clock limit passed; the machine may have been busy.
        case timedOut = "timed-out"
        /// Something outside (an operator, the out-of-memory killer) killed the decoder.
        case decoderKilled = "decoder-killed"
        case diskFull = "disk-full"
        case storageFailed = "storage-failed"
        case sourceUnreadable = "source-unreadable"
        /// The output directory exists and holds something that is not one of our results.
        case destinationOccupied = "destination-occupied"
        case sandboxUnavailable = "sandbox-unavailable"
        case ffmpegMissing = "ffmpeg-missing"
        case cancelled = "cancelled"
    }
}

extension TranscodingError.Code {
    /// Whether the same input may succeed on another attempt.
    public var isRetryable: Bool {
        switch self {
        case .timedOut, .decoderKilled, .diskFull, .storageFailed, .sourceUnreadable, .sandboxUnavailable,
            .ffmpegMissing, .cancelled:
            true
        case .emptyFile, .notAudio, .unsupportedFormat, .playlistRefused, .noAudioTrack, .truncated, .lyingHeader,
            .tooLong, .tooLarge, .decoderFailed, .resourceLimit, .destinationOccupied:
            false
        }
    }

    /// The sentence an artist reads when nothing more specific is known.
    public var artistMessage: String {
        switch self {
        case .emptyFile: "The uploaded file is empty. Please upload it again."
        case .notAudio: "This file is not an audio file. Please upload an MP3, WAV, FLAC, OGG, AAC or M4A file."
        case .unsupportedFormat: "We cannot read this kind of file. \(Self.acceptedFormats)"
        case .playlistRefused: "This file is a playlist, not a recording. \(Self.acceptedFormats)"
        case .noAudioTrack: "This file contains no sound. Please export the audio track and upload that."
        case .truncated:
            "The file is incomplete or damaged: part of the recording is missing. Please upload it again, "
                + "or export it again if that does not help."
        case .lyingHeader:
            "The file says it is longer than the recording in it. Please export it again from your audio program."
        case .tooLong: "The recording is longer than we accept. Please split it into shorter tracks."
        case .tooLarge: "The file is larger than we accept. Please upload it as FLAC or MP3."
        case .decoderFailed: "The file is damaged and could not be decoded. Please export it again and upload that."
        case .resourceLimit: "This file needs far more work than a normal recording. Please export it again."
        case .destinationOccupied, .timedOut, .decoderKilled, .diskFull, .storageFailed, .sourceUnreadable,
            .sandboxUnavailable, .ffmpegMissing:
            "Something went wrong on our side. Your file is safe; you need not upload it again."
        case .cancelled: "The processing of this file was stopped."
        }
    }

    private static let acceptedFormats = "Please upload an MP3, WAV, FLAC, OGG, AAC or M4A file."
}
