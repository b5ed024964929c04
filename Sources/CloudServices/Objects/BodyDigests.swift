import Crypto

/// What is known of a body's bytes after they went by.
struct BodyDigests: Sendable {
    let size: Int64
    let md5: [UInt8]
    /// Lower-case hex.
    let sha256: String

    /// The etag of a simple PUT.
    var etag: String { URIEncoding.hex(md5) }
}

/// The digests of a body while it goes by.
struct RunningDigests: Sendable {
    private var size: Int64 = 0
    private var md5 = Insecure.MD5()
    private var sha256 = SHA256()

    mutating func update(_ bytes: [UInt8]) {
        size += Int64(bytes.count)
        md5.update(data: bytes)
        sha256.update(data: bytes)
    }

    var present: BodyDigests {
        BodyDigests(size: size, md5: Array(md5.finalize()), sha256: URIEncoding.hex(sha256.finalize()))
    }
}

extension PutOptions {
    /// Compares what came with what was announced.
    /// - Throws: ``ObjectStoreError`` `IncompleteBody`, `BadDigest` or `XAmzContentSHA256Mismatch`.
    func check(_ digests: BodyDigests) throws {
        if let expected = expectedByteCount, expected != digests.size {
            throw ObjectStoreError(.incompleteBody, "The body has \(digests.size) bytes, \(expected) were announced.")
        }
        if let expected = expectedMD5, expected != digests.md5 {
            throw ObjectStoreError(.badDigest, "The body's MD5 is not the one in Content-MD5. Send it again.")
        }
        if let expected = expectedSHA256, expected != digests.sha256 {
            throw ObjectStoreError(
                .contentSHA256Mismatch,
                "The body's SHA-256 is not the one in x-amz-content-sha256. Send it again."
            )
        }
    }
}
