/// A local file on its way to becoming an object.
public struct PublishedFile: Sendable, Equatable {
    /// The object's name.
    public let key: ObjectKey
    /// The local file.
    public let path: String
    /// Its media type.
    public let contentType: String

    /// A file to publish.
    public init(key: ObjectKey, path: String, contentType: String) {
        self.key = key
        self.path = path
        self.contentType = contentType
    }
}

extension ObjectStore {
    /// Publishes files phase by phase, so that nothing ever points at something missing: for HLS the segments first,
    /// then the variant playlists, the master last.
    ///
    /// A phase starts when every object of the phase before is stored and found with the stored size and etag. On the
    /// first failure nothing further starts and the error is thrown; what is stored stays, invisible to readers
    /// because the last phase is missing. Publishing again overwrites with the same bytes.
    ///
    /// - Parameter maximumConcurrentUploads: uploads at a time within a phase.
    /// - Returns: the stored objects in the order of the files.
    @discardableResult
    public func publish(
        _ phases: [[PublishedFile]],
        maximumConcurrentUploads: Int = 4
    ) async throws -> [ObjectInfo] {
        var stored: [ObjectInfo] = []
        for phase in phases {
            stored += try await publish(phase, maximumConcurrentUploads: max(1, maximumConcurrentUploads))
        }
        return stored
    }

    private func publish(_ phase: [PublishedFile], maximumConcurrentUploads: Int) async throws -> [ObjectInfo] {
        try await withThrowingTaskGroup(of: (Int, ObjectInfo).self) { group in
            var stored: [Int: ObjectInfo] = [:]
            for (index, file) in phase.enumerated() {
                if index >= maximumConcurrentUploads, let (done, info) = try await group.next() { stored[done] = info }
                group.addTask { (index, try await publish(file)) }
            }
            for try await (done, info) in group { stored[done] = info }
            return phase.indices.compactMap { stored[$0] }
        }
    }

    private func publish(_ file: PublishedFile) async throws -> ObjectInfo {
        let stored = try await put(file.key, file: file.path, options: PutOptions(contentType: file.contentType))
        let found = try await head(file.key)
        guard found.size == stored.size, found.etag == stored.etag else {
            throw ObjectStoreError(
                .internalError,
                "Object \"\(file.key)\" was stored with \(stored.size) bytes, etag \(stored.etag), but found with "
                    + "\(found.size) bytes, etag \(found.etag). Someone else writes the same keys; publish again."
            )
        }
        return stored
    }
}
