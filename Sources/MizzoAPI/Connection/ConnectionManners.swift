import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// What a connection owes its client beyond answers, and what a client may not do to it. Sits between the HTTP codec and
/// Hummingbird, which leave this to others.
///
/// - Who asks (`Expect: 100-continue`) is told to send the body as soon as somebody here wants it, and no sooner: a
///   refusal spares the client the sending (RFC 9110, section 10.1.1).
/// - An answer that comes before the end of a body ends the connection, and says so: the next bytes may be the rest of
///   this body or the next request (RFC 9112, section 9.3). What still arrives is thrown away for a while, so that the
///   client gets to read the answer, and not for longer, since nobody may send without end.
/// - Whoever has closed the own end of an event stream is gone.
final class ConnectionManners: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Fired outwards by whoever is about to read a body.
    struct BodyWanted: Sendable {}

    /// A rest as short as this is on its way already and is read to its end, so that the connection can be used again.
    static let restByteCountMax = 64 << 10

    private let patience: TimeAmount
    private var arrival = Arrival()
    /// Requests whose answer has not ended; the newest may still be arriving.
    private var unanswered = 0
    private var isLast = false
    private var isEventStream = false
    private var isEnding = false

    /// - Parameter patience: for how long after an early answer the rest of the body is thrown away.
    init(patience: TimeAmount = .seconds(20)) { self.patience = patience }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        guard !isEnding else {
            if case .end = part { context.close(promise: nil) }
            return
        }
        if case .head = part { unanswered += 1 }
        arrival.take(part)
        context.fireChannelRead(data)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is BodyWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
        promise?.succeed()
        guard arrival.takesInvitation() else { return }
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            isLast = unanswered == 1 && arrival.isWorthEnding
            isEventStream = head.headerFields[.contentType] == "text/event-stream"
            if isLast { head.headerFields[.connection] = "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            unanswered -= 1
            isEventStream = false
            guard isLast else { return context.write(data, promise: promise) }
            end(context, data, promise)
        }
    }

    /// Writes the end of the last answer; closes when the body has arrived after all, or patience has.
    private func end(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
        isEnding = true
        let channel = context.channel
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        let isComplete = arrival.isComplete
        let patience = patience
        written.futureResult.whenComplete { _ in
            guard !isComplete else { return channel.close(promise: nil) }
            channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
        }
        context.writeAndFlush(data, promise: written)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed, isEventStream { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}

extension ConnectionManners {
    /// How far the newest request has come in.
    private struct Arrival {
        private(set) var isComplete = true
        private var awaitsInvitation = false
        /// Bytes still to come; `nil`: nobody knows.
        private var rest: Int64?

        mutating func take(_ part: HTTPRequestPart) {
            switch part {
            case .head(let head):
                isComplete = false
                awaitsInvitation = head.headerFields[.expect]?.lowercased() == "100-continue"
                rest = head.headerFields[.contentLength].flatMap { Int64($0) }
            case .body(let bytes):
                awaitsInvitation = false
                rest = rest.map { $0 - Int64(bytes.readableBytes) }
            case .end:
                isComplete = true
            }
        }

        /// Whether the client is still waiting to be told to go on; it is told once.
        mutating func takesInvitation() -> Bool {
            defer { awaitsInvitation = false }
            return awaitsInvitation && !isComplete
        }

        /// Whether an answer given now leaves more to come than is worth waiting for.
        var isWorthEnding: Bool {
            !isComplete && (awaitsInvitation || rest.map { $0 > ConnectionManners.restByteCountMax } ?? true)
        }
    }
}
