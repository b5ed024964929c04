/// Where a track's audio can be read: a local file, a presigned address, or both.
///
/// A remote model takes either; the aligner needs the file. With both, a model that cannot fetch the address gets the
/// file.
public struct LyricsAudio: Sendable, Equatable {
    /// Absolute path of a local copy.
    public var filePath: String?
    /// A presigned `https` address. A secret: it never appears in errors or logs of this module.
    public var presignedURL: String?
    /// The type of the audio, for example `audio/mpeg`.
    public var mimeType: String

    /// Creates a description of the audio; give at least one place.
    public init(filePath: String? = nil, presignedURL: String? = nil, mimeType: String) {
        self.filePath = filePath
        self.presignedURL = presignedURL
        self.mimeType = mimeType
    }

    /// A local file only.
    public static func file(_ path: String, mimeType: String) -> LyricsAudio {
        LyricsAudio(filePath: path, mimeType: mimeType)
    }

    /// A presigned address only.
    public static func presignedURL(_ url: String, mimeType: String) -> LyricsAudio {
        LyricsAudio(presignedURL: url, mimeType: mimeType)
    }
}
