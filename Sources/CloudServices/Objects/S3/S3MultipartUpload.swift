import AsyncHTTPClient
import Crypto
import FoundationEssentials
import Logging
import NIOHTTP1
import Synchronization

/// One multipart upload: visible as a whole when completed, invisible until then.
final class S3MultipartUpload: Sendable {
    private struct Progress: Sendable {
        var digests = RunningDigests()
        var parts: [(number: Int, etag: String)] = []
        var partDigests = Insecure.MD5()
    }

    private let store: S3ObjectStore
    private let upload: MultipartUpload
    private let options: PutOptions
    private let progress = Mutex(Progress())

    /// Begins an upload.
    init(_ store: S3ObjectStore, _ key: ObjectKey, _ options: PutOptions) async throws {
        self.store = store
        self.options = options
        upload = try await store.beginUpload(
            key,
            contentType: options.contentType,
            metadata: options.metadata
        )
    }

    /// Sends the next part.
    func send(_ bytes: [UInt8]) async throws {
        let md5 = Array(Insecure.MD5.hash(data: bytes))
        let number = progress.withLock { progress in
            progress.digests.update(bytes)
            progress.partDigests.update(data: md5)
            return progress.parts.count + 1
        }
        if let expected = options.expectedByteCount, progress.withLock({ $0.digests.present.size }) > expected {
            throw ObjectStoreError(.incompleteBody, "The body has more than the announced \(expected) bytes.")
        }
        let request = ServiceRequest(
            method: "PUT",
            path: store.path(upload.key),
            query: QueryString(PartQuery(number: number, uploadID: upload.id).items),
            headers: [HeaderField("Content-MD5", Data(md5).base64EncodedString())],
            body: bytes
        )
        let etag = try await store.exchange(request, about: upload.key) { response in
            try await S3Answer.drain(response)
            guard let etag = response.headers.first(name: "etag") else { throw S3Answer.malformed("an ETag") }
            return S3Answer.bare(etag)
        }
        progress.withLock { $0.parts.append((number, etag)) }
    }

    /// Makes the object visible.
    func complete() async throws -> ObjectInfo {
        let (digests, parts, whole) = progress.withLock { progress in
            (progress.digests.present, progress.parts, URIEncoding.hex(progress.partDigests.finalize()))
        }
        try options.check(digests)
        let expected = "\(whole)-\(parts.count)"
        let repeated = RepeatedWrite()
        do {
            let etag = try await store.complete(upload, parts, ifAbsent: options.ifAbsent) { repeated.note($0) }
            return store.stored(upload.key, digests, etag: etag ?? expected, options)
        } catch let error as ObjectStoreError
            where repeated.isRepeated && [.noSuchUpload, .preconditionFailed].contains(error.kind)
        {
            return try await store.ours(upload.key, digests, etag: expected, options, otherwise: error)
        }
    }

    /// Gives the parts back, so that they are not paid for. Runs in its own task, so that cancellation cannot stop it; what
    /// stays is for the bucket's lifecycle rule.
    func abandon() async {
        let (store, upload) = (store, upload)
        let cleanup = Task { try await store.abortUpload(upload) }
        if case .failure(let error) = await cleanup.result {
            store.logger.warning("multipart upload left behind", metadata: ["error": "\(error)"])
        }
    }
}

/// Remembers whether a write was sent more than once, so that a refusal may be the echo of its own success.
final class RepeatedWrite: Sendable {
    private let attempts = Mutex(1)

    var isRepeated: Bool { attempts.withLock { $0 > 1 } }

    func note(_ attempt: SignedHTTPClient.Attempt) { attempts.withLock { $0 = max($0, attempt.number) } }
}
