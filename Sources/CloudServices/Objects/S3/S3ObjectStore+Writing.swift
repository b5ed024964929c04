import AsyncHTTPClient
import FoundationEssentials
import Glibc
import NIOHTTP1

extension S3ObjectStore {
    /// See ``ObjectStore/put(_:body:options:)``.
    @discardableResult
    public func put<Body: AsyncSequence>(
        _ key: ObjectKey,
        body: Body,
        options: PutOptions
    ) async throws -> ObjectInfo where Body.Element: Collection<UInt8> {
        var parts = BodyParts(body, byteCount: configuration.partByteCount)
        let first = try await parts.next() ?? []
        let second = first.count < configuration.partByteCount ? nil : try await parts.next()
        // A stream ends quietly when its consumer is cancelled; half a body must not become an object.
        try Task.checkCancellation()
        guard let second else { return try await putWhole(key, first, options) }
        let upload = try await S3MultipartUpload(self, key, options)
        do {
            for part in [first, second] { try await upload.send(part) }
            while let part = try await parts.next() { try await upload.send(part) }
            try Task.checkCancellation()
            return try await upload.complete()
        } catch {
            await upload.abandon()
            throw error
        }
    }

    /// See ``ObjectStore/put(_:file:options:)``.
    @discardableResult
    public func put(_ key: ObjectKey, file path: String, options: PutOptions) async throws -> ObjectInfo {
        let (file, size) = try await BlockingWork.run {
            let file = try OpenFile.open(path: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            let status = try file.status()
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw FileSystemError(operation: "open regular file", errorNumber: EINVAL)
            }
            return (file, Int64(status.st_size))
        }
        var options = options
        options.expectedByteCount = options.expectedByteCount ?? size
        return try await put(key, body: ObjectBody(file, range: 0..<size, path: path), options: options)
    }

    private func putWhole(_ key: ObjectKey, _ bytes: [UInt8], _ options: PutOptions) async throws -> ObjectInfo {
        var running = RunningDigests()
        running.update(bytes)
        let digests = running.present
        try options.check(digests)
        var request = ServiceRequest(method: "PUT", path: path(key), body: bytes)
        request.headers =
            [
                HeaderField("Content-Type", options.contentType),
                HeaderField("Content-MD5", Data(digests.md5).base64EncodedString()),
            ] + options.metadata.headers
        if options.ifAbsent { request.headers.append(HeaderField("If-None-Match", "*")) }
        let repeated = RepeatedWrite()
        do {
            let etag = try await exchange(request, about: key) { response in
                try await S3Answer.drain(response)
                return S3Answer.bare(response.headers.first(name: "etag") ?? digests.etag)
            } noting: {
                repeated.note($0)
            }
            return stored(key, digests, etag: etag, options)
        } catch let error as ObjectStoreError where error.kind == .preconditionFailed && repeated.isRepeated {
            return try await ours(key, digests, etag: digests.etag, options, otherwise: error)
        }
    }

    /// A conditional write that was repeated finds its own first attempt, whose answer was lost: then that is the result.
    func ours(
        _ key: ObjectKey,
        _ digests: BodyDigests,
        etag: String,
        _ options: PutOptions,
        otherwise error: any Error
    ) async throws -> ObjectInfo {
        guard let found = try? await head(key), found.etag == etag, found.size == digests.size else { throw error }
        return stored(key, digests, etag: etag, options)
    }

    func stored(_ key: ObjectKey, _ digests: BodyDigests, etag: String, _ options: PutOptions) -> ObjectInfo {
        ObjectInfo(
            key: key,
            size: digests.size,
            etag: etag,
            sha256: digests.sha256,
            contentType: options.contentType,
            createdAt: Date(milliseconds: now().milliseconds),
            metadata: options.metadata
        )
    }
}

/// Cuts a body into parts of one size; the last may be shorter.
struct BodyParts<Body: AsyncSequence> where Body.Element: Collection<UInt8> {
    private var chunks: Body.AsyncIterator
    private let byteCount: Int
    private var pending: [UInt8] = []
    private var isAtEnd = false

    init(_ body: Body, byteCount: Int) {
        chunks = body.makeAsyncIterator()
        self.byteCount = byteCount
    }

    /// The next part; `nil` at the end.
    mutating func next() async throws -> [UInt8]? {
        while pending.count < byteCount, !isAtEnd {
            if let chunk = try await chunks.next(isolation: #isolation) { pending += chunk } else { isAtEnd = true }
        }
        guard !pending.isEmpty else { return nil }
        let part = Array(pending.prefix(byteCount))
        pending.removeFirst(part.count)
        return part
    }
}
