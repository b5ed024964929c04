import FoundationEssentials
import Logging

/// Serves presigned GET, HEAD and PUT requests on a ``FileObjectStore``, the way S3 would, without an HTTP framework.
///
/// The HTTP layer routes every request on `/{bucket}/{key…}` here and sends back what it gets:
///
/// ```swift
/// router.on("/mizzo/**", method: .put) { request, _ in
///     let head = RequestHead(
///         method: request.method.rawValue,
///         path: request.uri.path,            // raw, still percent-encoded
///         query: request.uri.query ?? "",    // raw, still percent-encoded
///         headers: [HeaderField("Host", request.head.authority ?? "")]
///             + request.headers.map { HeaderField($0.name.rawName, $0.value) }
///     )
///     let response = await handler.respond(to: head, body: request.body.map(\.readableBytesView))
///     switch response.body {
///     case .none: …                    // headers only
///     case .bytes(let bytes): …        // a small body
///     case .object(let body): …        // for try await chunk in body { try await writer.write(chunk) }
///     }
/// }
/// ```
///
/// The HTTP layer's own duties: pass `Host` as the client sent it; answer `Expect: 100-continue`; answer CORS
/// preflights; leave the body's size limit to this handler; close the connection when a PUT is answered before its
/// body was read.
///
/// Whole uploads are write-once: when the key is taken, the answer is 412 `PreconditionFailed`, whatever the headers say.
/// The object is on disk, and its event in the queue, before 200 is returned. A part of an upload in parts may be put again, until
/// that upload is completed.
public struct PresignedRequestHandler: Sendable {
    private let store: FileObjectStore
    private let verifier: SigV4Verifier
    private let now: @Sendable () -> Date

    /// A handler that accepts what `store` has presigned. Time comes from `now`.
    public init(store: FileObjectStore, now: @escaping @Sendable () -> Date = { Date() }) {
        self.store = store
        self.verifier = store.verifier
        self.now = now
    }

    /// Authorises and carries out one request. Never throws: refusals and failures become S3 error documents.
    ///
    /// Order of the checks: method, signature and time, bucket, key, then the headers of the operation.
    public func respond<Body: AsyncSequence>(
        to head: RequestHead,
        body: Body
    ) async -> ObjectResponse where Body.Element: Collection<UInt8> {
        await respond(to: head, signedAs: head, body: body)
    }

    /// - Parameter signed: the request as its signature covers it, which may have another path.
    func respond<Body: AsyncSequence>(
        to head: RequestHead,
        signedAs signed: RequestHead,
        body: Body
    ) async -> ObjectResponse where Body.Element: Collection<UInt8> {
        let requestID = store.makeID()
        do {
            return try await respond(to: head, signed, body, requestID)
        } catch {
            return .failure(publicError(error, requestID), for: head, requestID: requestID)
        }
    }

    private func respond<Body: AsyncSequence>(
        to head: RequestHead,
        _ signed: RequestHead,
        _ body: Body,
        _ requestID: String
    ) async throws -> ObjectResponse where Body.Element: Collection<UInt8> {
        guard ["GET", "HEAD", "PUT"].contains(head.method) else {
            throw ObjectStoreError(.methodNotAllowed, "The specified method is not allowed against this resource.")
        }
        _ = try verifier.verifyPresigned(signed, now: now())
        guard let query = QueryString(wire: head.query) else { throw SigV4Rejection.brokenEscape }
        let key = try key(head.path)
        guard head.method == "PUT" else {
            return try await ObjectRead(head: head, query: query, store: store).respond(key, requestID)
        }
        return try await upload(key, head, query, body, requestID)
    }

    private func upload<Body: AsyncSequence>(
        _ key: ObjectKey,
        _ head: RequestHead,
        _ query: QueryString,
        _ body: Body,
        _ requestID: String
    ) async throws -> ObjectResponse where Body.Element: Collection<UInt8> {
        let upload = try UploadHeaders(head, query, limit: store.configuration.maximumObjectByteCount)
        if let part = try PartQuery(query) {
            let etag = try await store.putPart(part, key, body: body, options: upload.options)
            return stored(etag, requestID)
        }
        // Asked again when the object is committed; here it spares the client sending a body in vain.
        guard try await !store.exists(key) else { throw ObjectStoreError.alreadyExists(key) }
        let info = try await store.put(key, body: body, options: upload.options)
        return stored(info.etag, requestID)
    }

    private func stored(_ etag: String, _ requestID: String) -> ObjectResponse {
        ObjectResponse(
            status: 200,
            headers: [
                HeaderField("ETag", "\"\(etag)\""), HeaderField("x-amz-request-id", requestID),
                HeaderField("Content-Length", "0"),
            ],
            body: .none
        )
    }

    /// `/{bucket}/{key…}`. The key keeps all its slashes and dots, so that ``ObjectKey`` can judge them.
    private func key(_ path: String) throws -> ObjectKey {
        let slash = UInt8(ascii: "/")
        guard let decoded = URIEncoding.decode(path), decoded.utf8.first == slash else {
            throw SigV4Rejection.brokenEscape
        }
        let parts = decoded.utf8.dropFirst().split(separator: slash, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].elementsEqual(store.bucket.rawValue.utf8), let key = String(parts[1]) else {
            throw ObjectStoreError(.noSuchBucket, "The specified bucket does not exist. The path is /{bucket}/{key}.")
        }
        return try ObjectKey(key)
    }

    /// What a client may know: S3's codes as they are, everything else as `InternalError` with the details in the log.
    func publicError(_ error: any Error, _ requestID: String) -> ObjectStoreError {
        switch error {
        case let error as ObjectStoreError: return error
        case let error as SigV4Rejection: return ObjectStoreError(error.s3Code, error.message)
        case is CancellationError:
            return ObjectStoreError(.incompleteBody, "The upload was broken off. Send it again.")
        default:
            store.logger.error("object request failed", metadata: ["error": "\(error)", "request-id": "\(requestID)"])
            return ObjectStoreError(.internalError, "We encountered an internal error. Please try again.")
        }
    }
}
