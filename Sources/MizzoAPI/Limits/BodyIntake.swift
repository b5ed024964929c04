import HTTPTypes
import Hummingbird
import NIOCore

/// Takes in a request's body within limits, before a handler sees it.
struct BodyIntake: Sendable {
    let byteCountMax: Int
    /// Seconds within which the whole body must have arrived: an idle timeout alone lets a client drip for days.
    let seconds: Int

    /// - Throws: 413 for a longer body, before reading it where its length is declared; 408 for a slow one.
    func collect(_ request: Request) async throws -> ByteBuffer {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > byteCountMax {
            throw Problem.bodyTooLarge
        }
        let (body, limit, seconds) = (request.body, byteCountMax, seconds)
        return try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
            group.addTask { try await body.collect(upTo: limit) }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let bytes = first else {
                throw Problem(.requestTooSlow, "The body did not arrive within \(seconds) s. Send it faster.")
            }
            return bytes
        }
    }
}
