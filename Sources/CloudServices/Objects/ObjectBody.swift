/// The bytes of an object as a sequence of chunks; never the whole object in memory.
///
/// When the bytes lie in a local file, ``file`` says where, for consumers that want a path (a transcoder, `sendfile`).
public struct ObjectBody: AsyncSequence, Sendable {
    /// Part of a local file.
    public struct FileSlice: Sendable, Equatable {
        /// Absolute path. Read-only: the file is the object. It stays until the object is deleted or replaced.
        public let path: String
        /// The part to read.
        public let range: Range<Int64>
    }

    enum Source: Sendable {
        case file(OpenFile, Range<Int64>)
        case stream(@Sendable () async throws -> [UInt8]?)
        case download(S3Download)
    }

    /// Where an iterator stands.
    enum Position {
        case file(OpenFile, Range<Int64>)
        case stream(@Sendable () async throws -> [UInt8]?)
        case download(S3Download.Reading)
    }

    /// Bytes per chunk when reading a file: large enough to make the hop to the I/O queue cheap.
    static let chunkByteCount = 128 * 1024

    /// Where the bytes lie, if in a local file.
    public let file: FileSlice?
    private let source: Source

    init(_ file: OpenFile, range: Range<Int64>, path: String) {
        self.file = FileSlice(path: path, range: range)
        source = .file(file, range)
    }

    /// A body that comes from elsewhere, such as a network connection; can be iterated once.
    public init(nextChunk: @escaping @Sendable () async throws -> [UInt8]?) {
        file = nil
        source = .stream(nextChunk)
    }

    init(_ download: S3Download) {
        file = nil
        source = .download(download)
    }

    /// Starts reading. A local file can be read several times.
    public func makeAsyncIterator() -> Iterator {
        switch source {
        case .file(let file, let range): Iterator(position: .file(file, range))
        case .stream(let nextChunk): Iterator(position: .stream(nextChunk))
        case .download(let download): Iterator(position: .download(S3Download.Reading(download)))
        }
    }

    /// Reads chunk by chunk.
    public struct Iterator: AsyncIteratorProtocol {
        var position: Position

        /// The next chunk; `nil` at the end. Fails with `InternalError` when the file ends early.
        public mutating func next() async throws -> [UInt8]? {
            switch position {
            case .stream(let nextChunk):
                return try await nextChunk()
            case .download(var reading):
                defer { position = .download(reading) }
                return try await reading.next()
            case .file(_, let range) where range.isEmpty:
                return nil
            case .file(let file, let range):
                let count = Int(Swift.min(Int64(ObjectBody.chunkByteCount), Int64(range.count)))
                let chunk = try await BlockingWork.run { try file.read(count, at: range.lowerBound) }
                guard !chunk.isEmpty else {
                    throw ObjectStoreError(.internalError, "The stored bytes end early. Restore the object.")
                }
                position = .file(file, range.lowerBound + Int64(chunk.count)..<range.upperBound)
                return chunk
            }
        }
    }

    /// All bytes at once, for small objects.
    /// - Throws: ``ObjectStoreError`` `EntityTooLarge` as soon as more than `limit` bytes came.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in self {
            guard bytes.count + chunk.count <= limit else {
                throw ObjectStoreError(.entityTooLarge, "The object has more than \(limit) bytes.")
            }
            bytes += chunk
        }
        return bytes
    }
}
