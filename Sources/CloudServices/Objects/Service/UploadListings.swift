import DurableSQLite
import FoundationEssentials

/// `GET /bucket/key?uploadId=…`: one page of the parts that have arrived.
struct PartListing {
    private let store: FileObjectStore
    private let upload: MultipartUpload
    private let limit: Int
    private let marker: Int

    init(_ query: QueryString, _ upload: MultipartUpload, _ store: FileObjectStore) throws {
        (self.store, self.upload) = (store, upload)
        limit = try query.pageLimit("max-parts")
        guard let marker = Int(query.values("part-number-marker").first ?? "0") else {
            throw ObjectStoreError(.invalidArgument, "part-number-marker must be a number.")
        }
        self.marker = marker
    }

    /// The answer's document.
    func document() async throws -> XMLNode {
        let rest = try await store.parts(of: upload).filter { $0.number > marker }
        let page = rest.prefix(limit)
        let isTruncated = limit > 0 && rest.count > limit
        var nodes = [
            XMLNode("Bucket", store.bucket.rawValue), XMLNode("Key", upload.key.rawValue),
            XMLNode("UploadId", upload.id), XMLNode("PartNumberMarker", String(marker)),
            XMLNode("MaxParts", String(limit)), XMLNode("IsTruncated", isTruncated ? "true" : "false"),
        ]
        if isTruncated, let last = page.last { nodes.append(XMLNode("NextPartNumberMarker", String(last.number))) }
        nodes += page.map { part in
            XMLNode(
                "Part",
                "",
                [
                    XMLNode("PartNumber", String(part.number)), XMLNode("ETag", "\"\(part.etag)\""),
                    XMLNode("Size", String(part.size)),
                ]
            )
        }
        return XMLNode("ListPartsResult", "", nodes)
    }
}

/// `GET /bucket?uploads`: one page of the uploads in parts that are neither completed nor aborted.
struct UploadListing {
    private let store: FileObjectStore
    private let prefix: String
    private let limit: Int
    private let isEncoded: Bool
    private let marker: (key: String, id: String)

    init(_ query: QueryString, _ store: FileObjectStore) throws {
        guard query.values("delimiter").allSatisfy(\.isEmpty) else {
            throw ObjectStoreError(.notImplemented, "ListMultipartUploads takes no delimiter here. Use a prefix.")
        }
        self.store = store
        limit = try query.pageLimit("max-uploads")
        prefix = query.values("prefix").first ?? ""
        isEncoded = query.values("encoding-type").first == "url"
        let key = query.values("key-marker").first ?? ""
        // Without an id, all uploads of the marker's key are behind the reader.
        let id = query.values("upload-id-marker").first ?? ""
        marker = (key, id.isEmpty && !key.isEmpty ? "\u{10FFFF}" : id)
    }

    /// The answer's document.
    func document() async throws -> XMLNode {
        let rows = try await store.uploads(prefix: prefix, after: marker, limit: limit + 1)
        let page = rows.prefix(limit)
        let isTruncated = limit > 0 && rows.count > limit
        var nodes = [
            XMLNode("Bucket", store.bucket.rawValue), XMLNode("Prefix", shown(prefix)),
            XMLNode("KeyMarker", shown(marker.key)), XMLNode("MaxUploads", String(limit)),
            XMLNode("IsTruncated", isTruncated ? "true" : "false"),
        ]
        if isEncoded { nodes.append(XMLNode("EncodingType", "url")) }
        if isTruncated, let last = page.last {
            nodes.append(XMLNode("NextKeyMarker", shown(last.upload.key.rawValue)))
            nodes.append(XMLNode("NextUploadIdMarker", last.upload.id))
        }
        nodes += page.map(entry)
        return XMLNode("ListMultipartUploadsResult", "", nodes)
    }

    private func entry(_ row: UploadRow) -> XMLNode {
        let begun = Date(milliseconds: row.createdAt)
        let time = begun.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        return XMLNode(
            "Upload",
            "",
            [
                XMLNode("Key", shown(row.upload.key.rawValue)), XMLNode("UploadId", row.upload.id),
                XMLNode("StorageClass", "STANDARD"), XMLNode("Initiated", time),
            ]
        )
    }

    private func shown(_ text: String) -> String { isEncoded ? FormEncoding.encode(text) : text }
}

extension QueryString {
    /// The size of a page: at most 1000, S3's own limit, which is also the default.
    func pageLimit(_ name: String) throws -> Int {
        guard let limit = Int(values(name).first ?? "1000"), limit >= 0 else {
            throw ObjectStoreError(.invalidArgument, "\(name) must be a number from 0.")
        }
        return min(limit, 1000)
    }
}

extension FileObjectStore {
    /// Uploads in parts with a prefix behind a place in their order.
    func uploads(prefix: String, after: (key: String, id: String), limit: Int) async throws -> [UploadRow] {
        let bucket = bucket
        return try await database.read { try UploadRow.list(prefix, after: after, limit: limit, bucket, $0) }
    }
}
