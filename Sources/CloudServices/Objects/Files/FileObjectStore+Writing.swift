import DurableSQLite
import GRDB
import Glibc
import Logging

extension FileObjectStore {
    /// Bytes gathered before a write: few hops and system calls, bounded memory per upload.
    private static let bufferByteCount = 256 * 1024

    /// See ``ObjectStore/put(_:body:options:)``. The object and its announcements become visible in one transaction.
    @discardableResult
    public func put<Body: AsyncSequence>(
        _ key: ObjectKey,
        body: Body,
        options: PutOptions
    ) async throws -> ObjectInfo where Body.Element: Collection<UInt8> {
        try await storingBlob(body, options) { upload in
            try await commit(ObjectWrite(key: key, blob: upload, options: options))
        }
    }

    /// Receives a body into a sealed blob, then runs `commit`, which refers to it from a row. When anything fails, nothing stays.
    func storingBlob<Body: AsyncSequence, Value>(
        _ body: Body,
        _ options: PutOptions,
        commit: (BlobUpload) async throws -> Value
    ) async throws -> Value where Body.Element: Collection<UInt8> {
        let (blobs, makeID) = (blobs, makeID)
        let upload = try await BlockingWork.run { try BlobUpload(in: blobs, makeID: makeID) }
        do {
            try await receive(body, into: upload, options)
            try options.check(upload.digests)
            try await BlockingWork.run { try upload.seal() }
            return try await commit(upload)
        } catch {
            await abandon(upload)
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

    private func receive<Body: AsyncSequence>(
        _ body: Body,
        into upload: BlobUpload,
        _ options: PutOptions
    ) async throws where Body.Element: Collection<UInt8> {
        let limit = min(options.expectedByteCount ?? .max, configuration.maximumObjectByteCount)
        var buffer: [UInt8] = []
        var size: Int64 = 0
        for try await chunk in body {
            size += Int64(chunk.count)
            guard size <= limit else { throw tooMany(options) }
            buffer += chunk
            if buffer.count >= Self.bufferByteCount {
                let bytes = buffer
                buffer = []
                try await BlockingWork.run { try upload.append(bytes) }
            }
        }
        // An `AsyncStream` ends quietly when its consumer is cancelled; half a body must not become an object.
        try Task.checkCancellation()
        let rest = buffer
        try await BlockingWork.run { try upload.append(rest) }
    }

    private func tooMany(_ options: PutOptions) -> ObjectStoreError {
        if let expected = options.expectedByteCount, expected <= configuration.maximumObjectByteCount {
            return ObjectStoreError(.incompleteBody, "The body has more than the announced \(expected) bytes.")
        }
        return ObjectStoreError(
            .entityTooLarge,
            "The body has more than the allowed \(configuration.maximumObjectByteCount) bytes."
        )
    }

    /// Makes a sealed blob visible as an object and announces it, in one transaction.
    func commit(_ write: ObjectWrite) async throws -> ObjectInfo {
        let (info, bucket, configuration) = (write.info(at: now()), bucket, configuration)
        let replaced = try await database.write { database in
            let old = try ObjectRow.find(info.key, bucket, database)
            guard old == nil || !write.options.ifAbsent else { throw ObjectStoreError.alreadyExists(info.key) }
            try write.also(database)
            try ObjectRow.save(info, blob: write.blob.id, bucket, database)
            let sequence = try ObjectRow.nextSequence(database)
            for notification in configuration.notifications where notification.matches(info.key) {
                let event = notification.event(
                    for: info,
                    bucket,
                    configuration.region,
                    operation: write.operation,
                    sequence: sequence
                )
                try notification.queue.send(event, in: database)
            }
            return old?.blob
        }
        if let replaced { await removeBlob(replaced) }
        return info
    }

    /// Removes a failed upload at once. Runs in its own task so that cancellation cannot stop it, and asks the database
    /// first, because a commit whose reply was lost may have made the object visible.
    private func abandon(_ upload: BlobUpload) async {
        let store = self
        let cleanup = Task {
            guard try await !store.database.read({ try ObjectRow.exists(blob: upload.id, $0) }) else { return }
            await store.removeBlob(upload.id)
        }
        if case .failure(let error) = await cleanup.result {
            logger.warning("upload left for the next sweep", metadata: ["error": "\(error)"])
        }
    }
}
