/// What the first bytes of a picture say: its format and its size in pixels. Nothing is decoded.
struct ImageHeader: Equatable, Sendable {
    /// The formats the platform takes.
    enum Format: String, Sendable {
        case png = "image/png"
        case jpeg = "image/jpeg"
        case webP = "image/webp"
    }

    /// Why the bytes are no such picture.
    enum Problem: Error, Equatable { case unknownFormat, noSize }

    let format: Format
    let width: Int
    let height: Int

    /// - Parameter bytes: the beginning of the file; a JPEG may need some hundred kilobytes, since its size comes after
    ///   its metadata.
    init(_ bytes: [UInt8]) throws(Problem) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = try Self.png(bytes)
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = try Self.jpeg(bytes)
        } else if bytes.count >= 16, bytes.starts(with: Array("RIFF".utf8)), bytes[8..<12].elementsEqual("WEBP".utf8) {
            self = try Self.webP(bytes)
        } else {
            throw .unknownFormat
        }
    }

    private init(_ format: Format, _ width: Int, _ height: Int) throws(Problem) {
        guard width > 0, height > 0 else { throw .noSize }
        (self.format, self.width, self.height) = (format, width, height)
    }

    /// IHDR is the first chunk (PNG, section 11.2.1).
    private static func png(_ bytes: [UInt8]) throws(Problem) -> ImageHeader {
        guard bytes.count >= 24, bytes[12..<16].elementsEqual("IHDR".utf8) else { throw .noSize }
        return try ImageHeader(.png, big(bytes, 16, 4), big(bytes, 20, 4))
    }

    /// Walks the segments up to the frame header (ITU-T T.81, section B.2.2).
    private static func jpeg(_ bytes: [UInt8]) throws(Problem) -> ImageHeader {
        var offset = 2
        while offset + 9 < bytes.count {
            guard bytes[offset] == 0xFF else { throw .noSize }
            let marker = bytes[offset + 1]
            switch marker {
            case 0xFF: offset += 1
            case 0x01, 0xD0...0xD7: offset += 2
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                return try ImageHeader(.jpeg, big(bytes, offset + 7, 2), big(bytes, offset + 5, 2))
            case 0xD8...0xDA: throw .noSize
            default:
                let length = big(bytes, offset + 2, 2)
                guard length >= 2 else { throw .noSize }
                offset += 2 + length
            }
        }
        throw .noSize
    }

    /// The three kinds of first chunk (RFC 9649, sections 2.5 to 2.7).
    private static func webP(_ bytes: [UInt8]) throws(Problem) -> ImageHeader {
        guard bytes.count >= 30 else { throw .noSize }
        switch String(decoding: bytes[12..<16], as: UTF8.self) {
        case "VP8X": return try ImageHeader(.webP, little(bytes, 24, 3) + 1, little(bytes, 27, 3) + 1)
        case "VP8L":
            guard bytes[20] == 0x2F else { throw .noSize }
            let bits = little(bytes, 21, 4)
            return try ImageHeader(.webP, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case "VP8 ":
            guard bytes[23] == 0x9D, bytes[24] == 0x01, bytes[25] == 0x2A else { throw .noSize }
            return try ImageHeader(.webP, little(bytes, 26, 2) & 0x3FFF, little(bytes, 28, 2) & 0x3FFF)
        default: throw .noSize
        }
    }

    private static func big(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
        bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func little(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
        bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
