import HTTPTypes
import Hummingbird
import NIOCore

/// A body of `multipart/byteranges` (RFC 9110, section 14.6).
struct MultipartRanges: Sendable {
    let parts: [Range<Int64>]
    let size: Int64
    let contentType: String
    /// Random, so that no content can hold it but by a chance of one in 2^128.
    let boundary: String

    init(_ parts: [Range<Int64>], size: Int64, contentType: String) {
        self.parts = parts
        self.size = size
        self.contentType = contentType
        boundary = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined(separator: "-")
    }

    var fieldValue: String { "multipart/byteranges; boundary=\(boundary)" }

    var byteCount: Int64 {
        parts.enumerated().reduce(Int64(closing.utf8.count)) {
            $0 + Int64(head(of: $1.offset).utf8.count + $1.element.count)
        }
    }

    /// - Parameter open: the bytes of one part.
    func body(_ open: @escaping @Sendable (Range<Int64>) async throws -> ResponseBody) -> ResponseBody {
        ResponseBody(contentLength: Int(byteCount)) { writer in
            for (index, part) in parts.enumerated() {
                try await writer.write(ByteBuffer(string: head(of: index)))
                try await open(part).write(PartWriter(base: writer))
            }
            try await writer.write(ByteBuffer(string: closing))
            try await writer.finish(nil)
        }
    }

    private func head(of index: Int) -> String {
        let part = parts[index]
        return (index == 0 ? "" : "\r\n") + "--\(boundary)\r\nContent-Type: \(contentType)\r\n"
            + "Content-Range: bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)\r\n\r\n"
    }

    private var closing: String { "\r\n--\(boundary)--\r\n" }
}

/// Writes a body into a larger one, which goes on after it.
private struct PartWriter: ResponseBodyWriter {
    var base: any ResponseBodyWriter

    @concurrent
    mutating func write(_ buffer: ByteBuffer) async throws { try await base.write(buffer) }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
