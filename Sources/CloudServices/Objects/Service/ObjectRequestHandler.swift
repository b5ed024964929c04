import FoundationEssentials
import Logging

/// Serves a ``FileObjectStore`` as S3 would, to AWS's own clients and to holders of presigned requests, without an HTTP framework.
///
/// Requests signed in their headers may do everything with the bucket: list, get, put, delete, multipart uploads. Presigned ones go
/// to ``PresignedRequestHandler``. What is not there is answered with `NotImplemented`: versions, ACLs, copies, tags,
/// ListObjects of version 1.
public struct ObjectRequestHandler: Sendable {
    private let store: FileObjectStore
    private let presigned: PresignedRequestHandler
    private let mount: String
    private let now: @Sendable () -> Date

    /// - Parameter mount: what stands before `/{bucket}` in paths, such as `/objects`. Clients that were told an endpoint with this
    ///   path sign it; requests the store itself presigned do not.
    public init(store: FileObjectStore, mount: String = "", now: @escaping @Sendable () -> Date = { Date() }) {
        self.store = store
        self.mount = mount
        self.now = now
        presigned = PresignedRequestHandler(store: store, now: now)
    }

    /// Authorises and carries out one request. Never throws: refusals and failures become S3 error documents.
    ///
    /// - Parameter head: with the path as the client sent it.
    public func respond<Body: AsyncSequence>(
        to head: RequestHead,
        body: Body
    ) async -> ObjectResponse where Body.Element: Collection<UInt8> {
        var inner = head
        if head.path == mount || head.path.hasPrefix(mount + "/") {
            inner.path = String(head.path.dropFirst(mount.count))
        }
        guard !head.values("authorization").isEmpty, !Self.isPresigned(head) else {
            return await presigned.respond(
                to: inner,
                signedAs: Self.isForeign(head, store, now()) ? head : inner,
                body: body
            )
        }
        let requestID = store.makeID()
        do {
            _ = try store.verifier.verifySigned(head, payload: nil, now: now())
            let request = try SignedObjectRequest(inner, requestID, store)
            return try await request.respond(body)
        } catch {
            return .failure(presigned.publicError(error, requestID), for: inner, requestID: requestID)
        }
    }

    private static func isPresigned(_ head: RequestHead) -> Bool { head.query.contains("X-Amz-Signature=") }

    /// Whether a client presigned the mounted path instead of the store's own.
    private static func isForeign(_ head: RequestHead, _ store: FileObjectStore, _ now: Date) -> Bool {
        (try? store.verifier.verifyPresigned(head, now: now)) != nil
    }
}
