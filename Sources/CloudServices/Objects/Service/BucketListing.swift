import DurableSQLite
import FoundationEssentials

/// `GET /bucket?list-type=2`: one page, with folders when there is a delimiter.
struct BucketListing {
    let store: FileObjectStore
    private let prefix: String
    private let delimiter: String
    private let limit: Int
    private let isEncoded: Bool
    private let token: String?
    private let start: String?

    init(_ query: QueryString, _ store: FileObjectStore) throws {
        func value(_ name: String) -> String? { query.values(name).first }
        guard value("list-type") == "2" else {
            throw ObjectStoreError(.notImplemented, "Only ListObjectsV2 (list-type=2) is supported.")
        }
        self.store = store
        limit = try query.pageLimit("max-keys")
        (prefix, delimiter) = (value("prefix") ?? "", value("delimiter") ?? "")
        isEncoded = value("encoding-type") == "url"
        (token, start) = (value("continuation-token"), value("start-after"))
    }

    /// The answer's document.
    func document() async throws -> XMLNode {
        var page = Page()
        var after = try token.map(Self.position) ?? start ?? ""
        scan: while page.count < limit {
            let rows = try await store.rows(prefix: prefix, after: after, limit: 1000)
            for row in rows {
                guard page.count < limit else { break scan }
                after = row.key.rawValue
                if let folder = folder(of: after) {
                    page.folders.append(folder)
                    // Nothing sorts behind it: U+10FFFF is in no key.
                    after = folder + "\u{10FFFF}"
                    continue scan
                }
                page.objects.append(row)
            }
            if rows.count < 1000 { break }
        }
        // A client that asks for nothing is not told to come back for more.
        if limit > 0 { page.isTruncated = try await !store.rows(prefix: prefix, after: after, limit: 1).isEmpty }
        return document(page, next: after)
    }

    private struct Page {
        var objects: [ObjectInfo] = []
        var folders: [String] = []
        var isTruncated = false
        var count: Int { objects.count + folders.count }
    }

    /// The key up to the first delimiter behind the prefix. By bytes, as the database sorts: a mark behind the prefix or the
    /// delimiter makes one character of both.
    private func folder(of key: String) -> String? {
        guard !delimiter.isEmpty else { return nil }
        let (bytes, delimiter) = (Array(key.utf8), Array(delimiter.utf8))
        let first = prefix.utf8.count
        guard first + delimiter.count <= bytes.count else { return nil }
        let found = (first...(bytes.count - delimiter.count)).first { bytes[$0...].starts(with: delimiter) }
        return found.map { String(decoding: bytes[..<($0 + delimiter.count)], as: UTF8.self) }
    }

    private func document(_ page: Page, next: String) -> XMLNode {
        var nodes = [
            XMLNode("Name", store.bucket.rawValue), XMLNode("Prefix", shown(prefix)),
            XMLNode("MaxKeys", String(limit)), XMLNode("KeyCount", String(page.count)),
            XMLNode("IsTruncated", page.isTruncated ? "true" : "false"),
        ]
        if !delimiter.isEmpty { nodes.append(XMLNode("Delimiter", shown(delimiter))) }
        if isEncoded { nodes.append(XMLNode("EncodingType", "url")) }
        if let token { nodes.append(XMLNode("ContinuationToken", token)) }
        if let start { nodes.append(XMLNode("StartAfter", shown(start))) }
        if page.isTruncated { nodes.append(XMLNode("NextContinuationToken", URIEncoding.hex(next.utf8))) }
        nodes += page.objects.map(entry)
        nodes += page.folders.map { XMLNode("CommonPrefixes", "", [XMLNode("Prefix", shown($0))]) }
        return XMLNode("ListBucketResult", "", nodes)
    }

    private func entry(_ object: ObjectInfo) -> XMLNode {
        let time = object.createdAt.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        return XMLNode(
            "Contents",
            "",
            [
                XMLNode("Key", shown(object.key.rawValue)), XMLNode("LastModified", time),
                XMLNode("ETag", "\"\(object.etag)\""), XMLNode("Size", String(object.size)),
                XMLNode("StorageClass", "STANDARD"),
            ]
        )
    }

    private func shown(_ text: String) -> String { isEncoded ? FormEncoding.encode(text) : text }

    /// A token is the hex of the key the page before ended with.
    private static func position(_ token: String) throws -> String {
        guard let bytes = URIEncoding.bytes(hex: token), let text = String(validating: bytes, as: UTF8.self) else {
            throw ObjectStoreError(.invalidArgument, "The continuation token provided is incorrect.")
        }
        return text
    }
}

extension FileObjectStore {
    /// Objects with a prefix behind any text.
    func rows(prefix: String, after: String, limit: Int) async throws -> [ObjectInfo] {
        let bucket = bucket
        return try await database.read {
            try ObjectRow.list(prefix, after: after, limit: limit, bucket, $0).map(\.info)
        }
    }
}
