import AsyncHTTPClient
import NIOCore

/// Bytes on their way from S3. A connection that breaks is replaced by one that asks for the rest of the same version.
struct S3Download: Sendable {
    let first: HTTPClientResponse.Body
    let range: Range<Int64>
    let backOff: BackOff
    /// Opens the rest.
    let reopen: @Sendable (Range<Int64>) async throws -> HTTPClientResponse.Body

    /// One pass over the bytes.
    struct Reading {
        private let download: S3Download
        private var rest: Range<Int64>
        private var chunks: HTTPClientResponse.Body.AsyncIterator
        /// Breaks in a row without a byte between them.
        private var breaks = 0

        init(_ download: S3Download) {
            self.download = download
            rest = download.range
            chunks = download.first.makeAsyncIterator()
        }

        /// The next chunk; `nil` when all announced bytes came.
        /// - Throws: `ServiceUnavailable` when the connection breaks again and again.
        mutating func next() async throws -> [UInt8]? {
            while !rest.isEmpty {
                do {
                    if let chunk = try await chunks.next(isolation: #isolation) {
                        guard chunk.readableBytes > 0 else { continue }
                        return try take(chunk)
                    }
                    try await resume(after: "it ended early")
                } catch let error as ObjectStoreError {
                    throw error
                } catch {
                    try Task.checkCancellation()
                    try await resume(after: (error as? HTTPClientError)?.shortDescription ?? "\(type(of: error))")
                }
            }
            return nil
        }

        private mutating func take(_ chunk: ByteBuffer) throws -> [UInt8] {
            guard chunk.readableBytes <= rest.count else { throw S3Answer.malformed("the announced number of bytes") }
            breaks = 0
            rest = rest.lowerBound + Int64(chunk.readableBytes)..<rest.upperBound
            return Array(chunk.readableBytesView)
        }

        private mutating func resume(after reason: String) async throws {
            breaks += 1
            guard breaks < download.backOff.attemptsMax else {
                throw ObjectStoreError(
                    .serviceUnavailable,
                    "The download broke off \(breaks) times at byte \(rest.lowerBound) (\(reason)). Try again later."
                )
            }
            try await download.backOff.sleep(download.backOff.pause(after: breaks, asked: nil))
            chunks = try await download.reopen(rest).makeAsyncIterator()
        }
    }
}
