import CloudServices
import Crypto
import FoundationEssentials
import Glibc

/// Copies an object to a local file, chunk by chunk.
struct ObjectDownload: Sendable {
    let store: any ObjectStore

    /// Reads exactly the version with this entity tag. The SHA-256 of what is returned is that of the bytes that came.
    ///
    /// - Parameter onChunk: called after every chunk has been written.
    /// - Throws: ``ObjectStoreError``, ``LocalFileError``, `CancellationError`.
    func fetch(
        _ key: ObjectKey,
        entityTag: String,
        to path: String,
        onChunk: @Sendable () -> Void = {}
    ) async throws -> ObjectInfo {
        let content = try await store.get(key, range: nil, ifMatch: entityTag)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LocalFileError("create", path, errno) }
        defer { close(descriptor) }
        var (byteCount, hash) = (Int64(0), SHA256())
        for try await chunk in content.body {
            try Task.checkCancellation()
            try Self.write(chunk, to: descriptor, path)
            byteCount += Int64(chunk.count)
            hash.update(data: chunk)
            onChunk()
        }
        guard byteCount == content.info.size else {
            throw ObjectStoreError(
                .incompleteBody,
                "Object \"\(key)\" gave \(byteCount) bytes, expected \(content.info.size). Read it again."
            )
        }
        return try Self.checked(content.info, hash.finalize())
    }

    /// - Throws: `BadDigest` when the store knows another SHA-256 than that of the bytes.
    private static func checked(_ info: ObjectInfo, _ digest: SHA256.Digest) throws -> ObjectInfo {
        let text = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        guard info.sha256 == nil || info.sha256 == text else {
            throw ObjectStoreError(
                .badDigest,
                "Object \"\(info.key)\" has the SHA-256 \(text), expected \(info.sha256 ?? ""). Restore the object."
            )
        }
        return ObjectInfo(
            key: info.key,
            size: info.size,
            etag: info.etag,
            sha256: text,
            contentType: info.contentType,
            createdAt: info.createdAt
        )
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw LocalFileError("write", path, errno)
            }
        }
    }
}

/// A local file could not be used, such as with a full disk; a later attempt may succeed.
struct LocalFileError: Error, CustomStringConvertible {
    /// Stable kebab-case code.
    let code = "local-file-failed"
    let description: String

    init(_ operation: String, _ path: String, _ number: Int32) {
        description = "cannot \(operation) \(path): \(String(cString: strerror(number)))"
    }
}
