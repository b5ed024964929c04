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
    private let key: ObjectKey
    private let options: PutOptions
    private let id: String
    private let progress = Mutex(Progress())

    /// Begins an upload.
    init(_ store: S3ObjectStore, _ key: ObjectKey, _ options: PutOptions) async throws {
        self.store = store
        self.key = key
        self.options = options
        let request = ServiceRequest(
            method: "POST",
            path: store.path(key),
            query: QueryString([.init(name: "uploads", value: "")]),
            headers: [HeaderField("Content-Type", options.contentType)]
        )
        let document = try await store.exchange(request, about: key) { response in
            try await S3Answer.document(response, about: key)
        }
        guard let id = document["UploadId"], !id.isEmpty else { throw S3Answer.malformed("an UploadId") }
        self.id = id
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
            path: store.path(key),
            query: QueryString([.init(name: "partNumber", value: String(number)), .init(name: "uploadId", value: id)]),
            headers: [HeaderField("Content-MD5", Data(md5).base64EncodedString())],
            body: bytes
        )
        let etag = try await store.exchange(request, about: key) { response in
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
            let document = try await store.exchange(completion(parts), about: key) { response in
                try await S3Answer.document(response, about: self.key)
            } noting: {
                repeated.note($0)
            }
            let etag = document["ETag"].map(S3Answer.bare) ?? expected
            return store.stored(key, digests, etag: etag, options)
        } catch let error as ObjectStoreError
            where repeated.isRepeated && [.noSuchUpload, .preconditionFailed].contains(error.kind)
        {
            return try await store.ours(key, digests, etag: expected, options, otherwise: error)
        }
    }

    private func completion(_ parts: [(number: Int, etag: String)]) -> ServiceRequest {
        let list = parts.map { part in
            XMLNode("Part", "", [XMLNode("PartNumber", String(part.number)), XMLNode("ETag", "\"\(part.etag)\"")])
        }
        var request = ServiceRequest(
            method: "POST",
            path: store.path(key),
            query: QueryString([.init(name: "uploadId", value: id)]),
            headers: [HeaderField("Content-Type", "application/xml")],
            body: XMLNode("CompleteMultipartUpload", "", list)
                .document(namespace: "http://s3.amazonaws.com/doc/2006-03-01/")
        )
        if options.ifAbsent { request.headers.append(HeaderField("If-None-Match", "*")) }
        return request
    }

    /// Gives the parts back, so that they are not paid for. Runs in its own task, so that cancellation cannot stop it; what
    /// stays is for the bucket's lifecycle rule.
    func abandon() async {
        let (store, key, id) = (store, key, id)
        let cleanup = Task {
            let query = QueryString([.init(name: "uploadId", value: id)])
            let request = ServiceRequest(method: "DELETE", path: store.path(key), query: query)
            try await store.exchange(request, about: key) { response in try await S3Answer.drain(response) }
        }
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
