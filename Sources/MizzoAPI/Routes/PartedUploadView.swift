import FoundationEssentials
import MizzoCatalog

/// An upload in parts as its artist sees it.
struct PartedUploadView: Encodable, Described {
    static let schema = Schema.object(
        "PartedUpload",
        [
            .required("uploadId", .trackID), .required("trackId", .trackID), .required("key", .string()),
            .required("objectUrl", .string()), .required("status", .choice(Status.self)),
            .required("byteCount", .integer), .required("partByteCount", .integer),
            .required("partCount", .integer), .required("received", .array(of: Received.schema)),
            .required("missing", .array(of: Missing.schema)), .optional("urlsExpireAt", .time),
            .required("registerBefore", .time),
        ]
    )

    enum Status: String, Encodable, CaseIterable {
        /// Parts are taken.
        case receiving = "RECEIVING"
        /// The object is there, whole.
        case complete = "COMPLETE"
        /// Discarded or run out: nothing of it will ever be an object.
        case ended = "ENDED"
    }

    /// A part that has arrived.
    struct Received: Encodable, Described {
        static let schema = Schema.object(
            "ReceivedPart",
            [
                .required("partNumber", .integer), .required("byteCount", .integer), .required("etag", .string()),
            ]
        )
        var partNumber: Int
        var byteCount: Int64
        var etag: String
    }

    /// A part that has not, and the request that brings it.
    struct Missing: Encodable, Described {
        static let schema = Schema.object(
            "MissingPart",
            [
                .required("partNumber", .integer), .required("offset", .integer), .required("byteCount", .integer),
                .required("method", .choice(["PUT"])), .required("url", .string()), .required("headers", .headerFields),
            ]
        )
        var partNumber: Int
        /// Where the part begins in the file.
        var offset: Int64
        var byteCount: Int64
        var method = "PUT"
        var url: String
        var headers: [String: String]
    }

    var uploadId: String
    /// What to register the track with.
    var trackId: String
    var key: String
    /// What `trackUrl` of the registration takes.
    var objectUrl: String
    var status: Status
    var byteCount: Int64
    var partByteCount: Int64
    var partCount: Int
    var received: [Received] = []
    /// Of the parts that have not arrived, the first ones.
    var missing: [Missing] = []
    var urlsExpireAt: Date?
    var registerBefore: Date

    init(_ ticket: UploadTicket, _ parts: UploadParts, _ status: Status, bucket: String) {
        uploadId = ticket.id.rawValue
        trackId = ticket.id.rawValue
        key = ticket.key
        objectUrl = "s3://\(bucket)/\(ticket.key)"
        self.status = status
        byteCount = parts.byteCount
        partByteCount = parts.partByteCount
        partCount = parts.count
        registerBefore = ticket.expiresAt
    }
}
