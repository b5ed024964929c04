import FoundationEssentials

/// A request's body as S3's clients send it: plain, or in the frames of `aws-chunked`; with the CRC-32 checked that stands in a
/// header or behind the last frame. Signed frames (`STREAMING-AWS4-HMAC-SHA256-…`) are not taken.
struct SignedBody<Base: AsyncSequence>: AsyncSequence where Base.Element: Collection<UInt8> {
    typealias Element = [UInt8]

    let base: Base
    let isFramed: Bool
    /// Base64; `nil`: nothing is known before the body.
    let checksum: String?

    /// - Throws: ``ObjectStoreError`` `NotImplemented`.
    init(_ base: Base, _ head: RequestHead) throws {
        let marker = head.value("x-amz-content-sha256") ?? ""
        guard !marker.hasPrefix("STREAMING-AWS4") else {
            throw ObjectStoreError(.notImplemented, "Bodies with signed chunks are not supported. Sign the whole body.")
        }
        self.base = base
        isFramed = marker.hasPrefix("STREAMING-")
        checksum = head.value("x-amz-checksum-crc32")
    }

    /// How many bytes the object will have; `nil` when the request does not say.
    static func byteCount(_ head: RequestHead) -> Int64? {
        let isFramed = head.value("x-amz-content-sha256")?.hasPrefix("STREAMING-") == true
        return head.value(isFramed ? "x-amz-decoded-content-length" : "content-length").flatMap { Int64($0) }
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(chunks: base.makeAsyncIterator(), frames: isFramed ? ChunkFrames() : nil, checksum: checksum)
    }

    struct Iterator: AsyncIteratorProtocol {
        var chunks: Base.AsyncIterator
        var frames: ChunkFrames?
        var checksum: String?
        private var crc = CRC32()
        private var isAtEnd = false

        init(chunks: Base.AsyncIterator, frames: ChunkFrames?, checksum: String?) {
            self.chunks = chunks
            self.frames = frames
            self.checksum = checksum
        }

        mutating func next() async throws -> [UInt8]? {
            while !isAtEnd {
                guard let chunk = try await chunks.next(isolation: #isolation) else {
                    try finish()
                    return nil
                }
                let bytes = try frames?.take(chunk) ?? Array(chunk)
                guard !bytes.isEmpty else { continue }
                crc.update(bytes)
                return bytes
            }
            return nil
        }

        private mutating func finish() throws {
            isAtEnd = true
            if let frames {
                guard frames.isComplete else {
                    throw ObjectStoreError(.incompleteBody, "The body ends in the middle of a chunk. Send it again.")
                }
                checksum = frames.trailers["x-amz-checksum-crc32"] ?? checksum
            }
            guard let checksum else { return }
            guard Data(base64Encoded: checksum) == Data(crc.bytes) else {
                throw ObjectStoreError(.badDigest, "The CRC32 you specified did not match the calculated checksum.")
            }
        }
    }
}

/// Takes `aws-chunked` apart: `hex-size[;extension]\r\n bytes \r\n … 0\r\n name:value\r\n … \r\n`.
struct ChunkFrames: Sendable {
    private enum Place { case size, bytes(Int), endOfBytes, trailer, done }

    private var place = Place.size
    private var line: [UInt8] = []
    private(set) var trailers: [String: String] = [:]
    private static let lineLimit = 4096

    var isComplete: Bool {
        if case .done = place { return true }
        return false
    }

    /// The object's bytes in a piece of the body.
    mutating func take(_ piece: some Collection<UInt8>) throws -> [UInt8] {
        var (rest, bytes) = (Array(piece)[...], [UInt8]())
        while let first = rest.first {
            if case .bytes(let count) = place {
                let part = rest.prefix(count)
                bytes += part
                rest = rest.dropFirst(part.count)
                place = part.count == count ? .endOfBytes : .bytes(count - part.count)
                continue
            }
            rest = rest.dropFirst()
            if first == UInt8(ascii: "\n") { try endLine() } else if first != UInt8(ascii: "\r") { line.append(first) }
            guard line.count <= Self.lineLimit else { throw Self.malformed }
        }
        return bytes
    }

    private mutating func endLine() throws {
        let text = String(decoding: line, as: UTF8.self)
        line = []
        switch place {
        case .size:
            guard let size = Int(text.prefix { $0 != ";" }, radix: 16), size >= 0 else { throw Self.malformed }
            place = size == 0 ? .trailer : .bytes(size)
        case .endOfBytes:
            guard text.isEmpty else { throw Self.malformed }
            place = .size
        case .trailer where text.isEmpty: place = .done
        case .trailer:
            let parts = text.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw Self.malformed }
            trailers[parts[0].lowercased()] = parts[1].filter { $0 != " " }
        case .bytes, .done: throw Self.malformed
        }
    }

    private static let malformed = ObjectStoreError(.invalidRequest, "The chunks of the body are malformed.")
}
