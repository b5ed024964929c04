/// One header line. Names compare without regard to case.
public struct HeaderField: Sendable, Equatable {
    /// The name as sent; any case.
    public var name: String
    /// The value without surrounding line breaks.
    public var value: String

    /// A header line.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The part of an HTTP request that a signature covers, in wire form and free of any HTTP framework.
public struct RequestHead: Sendable, Equatable {
    /// Upper-case method.
    public var method: String
    /// Percent-encoded path exactly as on the request line, without the query; begins with `/`.
    public var path: String
    /// The part after `?`, still percent-encoded; empty when there is none.
    public var query: String
    /// All header lines, including `Host`.
    public var headers: [HeaderField]

    /// A request head in wire form.
    public init(method: String, path: String, query: String = "", headers: [HeaderField]) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
    }

    /// The values of a header in the order sent.
    public func values(_ name: String) -> [String] {
        let name = name.lowercased()
        return headers.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The single value of a header; `nil` when it is absent or repeated.
    public func value(_ name: String) -> String? {
        let values = values(name)
        return values.count == 1 ? values[0] : nil
    }
}
