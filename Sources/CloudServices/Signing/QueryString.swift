/// A query as ordered, decoded name/value pairs. `+` is a plus sign, not a space, as in SigV4.
struct QueryString: Sendable, Equatable {
    struct Item: Sendable, Equatable {
        var name: String
        var value: String
    }

    var items: [Item]

    init(_ items: [Item] = []) {
        self.items = items
    }

    /// Parses the part after `?`. `nil` when an escape is broken or a byte is not ASCII. A name without `=` has an
    /// empty value.
    init?(wire: String) {
        var items: [Item] = []
        guard wire.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        for field in wire.split(separator: "&") {
            let halves = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = URIEncoding.decode(halves[0]),
                let value = URIEncoding.decode(halves.count == 2 ? halves[1] : "")
            else { return nil }
            items.append(Item(name: name, value: value))
        }
        self.items = items
    }

    /// As written into a URL, in the order given.
    var wire: String {
        items.map(Self.encoded).joined(separator: "&")
    }

    /// SigV4's order: by encoded name, then by encoded value, byte by byte.
    var canonical: String {
        items.map { (URIEncoding.encode($0.name), URIEncoding.encode($0.value)) }
            .sorted { $0 < $1 }
            .map { "\($0)=\($1)" }
            .joined(separator: "&")
    }

    func values(_ name: String) -> [String] {
        items.filter { $0.name == name }.map(\.value)
    }

    func removing(_ name: String) -> QueryString {
        QueryString(items.filter { $0.name != name })
    }

    private static func encoded(_ item: Item) -> String {
        "\(URIEncoding.encode(item.name))=\(URIEncoding.encode(item.value))"
    }
}
