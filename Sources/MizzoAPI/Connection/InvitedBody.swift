import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
    /// The request, whose client is told to send the body when it is first read, if it waits for that.
    func invitingBody(over channel: any Channel) -> Request {
        guard headers[.expect]?.lowercased() == "100-continue" else { return self }
        var request = self
        request.body = RequestBody(asyncSequence: InvitedBody(base: body, channel: channel))
        return request
    }
}

/// A body that asks for itself.
private struct InvitedBody: AsyncSequence, Sendable {
    let base: RequestBody
    let channel: any Channel

    func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator(), channel: channel) }

    struct Iterator: AsyncIteratorProtocol {
        var base: RequestBody.AsyncIterator
        var channel: (any Channel)?

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
            channel?.triggerUserOutboundEvent(ConnectionManners.BodyWanted(), promise: nil)
            channel = nil
            return try await base.next(isolation: actor)
        }
    }
}
