/// An HTTP response free of any HTTP framework.
public struct ObjectResponse: Sendable {
    /// The body to send.
    public enum Body: Sendable {
        /// Nothing. For HEAD the `Content-Length` header still tells the length GET would have: send it as it is.
        case none
        /// A few bytes, such as an error document.
        case bytes([UInt8])
        /// Object bytes to stream; `file` inside names the local file and range for servers that can send files.
        case object(ObjectBody)
    }

    /// HTTP status.
    public let status: Int
    /// All headers to send, `Content-Length` included.
    public let headers: [HeaderField]
    /// The body.
    public let body: Body

    /// The value of a header, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// S3's error document (Amazon S3 API Reference, "REST error responses"); no body for HEAD, as HTTP demands.
    static func failure(_ error: ObjectStoreError, for head: RequestHead, requestID: String) -> ObjectResponse {
        let resource = URIEncoding.decode(head.path) ?? ""
        let document = XMLNode(
            "Error",
            "",
            [
                XMLNode("Code", error.kind.rawValue), XMLNode("Message", error.message),
                XMLNode("Resource", resource), XMLNode("RequestId", requestID),
            ]
        )
        let bytes = document.document()
        var headers = [
            HeaderField("Content-Type", "application/xml"), HeaderField("x-amz-request-id", requestID),
            HeaderField("Content-Length", String(bytes.count)),
        ]
        if error.kind == .methodNotAllowed { headers.append(HeaderField("Allow", "GET, HEAD, PUT")) }
        return ObjectResponse(
            status: error.kind.httpStatus,
            headers: headers,
            body: head.method == "HEAD" ? .none : .bytes(bytes)
        )
    }
}
