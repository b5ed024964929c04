import Foundation
import FoundationXML

/// An XML element as a value: enough for the documents of S3.
struct XMLNode: Sendable, Equatable {
    /// Without prefix.
    let name: String
    /// The text in it, without that of its children.
    var text = ""
    var children: [XMLNode] = []

    /// The text of the first child with this name.
    subscript(_ name: String) -> String? { children.first { $0.name == name }?.text }

    func all(_ name: String) -> [XMLNode] { children.filter { $0.name == name } }

    /// The root of a document; `nil` when it is not well-formed, deeper than 16 levels or larger than 100,000 elements. External
    /// entities are not read.
    init?(document: [UInt8]) {
        let parser = XMLParser(data: Data(document))
        let builder = Builder()
        parser.shouldResolveExternalEntities = false
        parser.delegate = builder
        guard parser.parse(), let root = builder.root else { return nil }
        self = root
    }

    init(_ name: String, _ text: String = "", _ children: [XMLNode] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    /// The document's bytes; `namespace` is written into the root.
    func document(namespace: String? = nil) -> [UInt8] {
        let attribute = namespace.map { " xmlns=\"\($0)\"" } ?? ""
        return Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(written(attribute))".utf8)
    }

    private func written(_ attribute: String = "") -> String {
        let content = Self.escaped(text) + children.map { $0.written() }.joined()
        return content.isEmpty ? "<\(name)\(attribute)/>" : "<\(name)\(attribute)>\(content)</\(name)>"
    }

    /// XML 1.0 text: markup escaped, characters XML cannot hold replaced.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            // A parser would turn a carriage return into a line feed.
            case "\r": escaped += "&#13;"
            case "\t", "\n", " "..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"...:
                escaped.unicodeScalars.append(scalar)
            default: escaped += "\u{FFFD}"
            }
        }
        return escaped
    }

    private final class Builder: NSObject, XMLParserDelegate {
        private static let depthLimit = 16
        private static let elementLimit = 100_000
        private var open: [XMLNode] = []
        private var count = 0
        private(set) var root: XMLNode?

        func parser(
            _ parser: XMLParser,
            didStartElement name: String,
            namespaceURI: String?,
            qualifiedName: String?,
            attributes: [String: String]
        ) {
            count += 1
            guard open.count < Self.depthLimit, count <= Self.elementLimit else { return parser.abortParsing() }
            open.append(XMLNode(name.split(separator: ":").last.map(String.init) ?? name))
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) {
            guard let last = open.indices.last else { return }
            open[last].text += string
        }

        func parser(_ parser: XMLParser, foundCDATA block: Data) {
            self.parser(parser, foundCharacters: String(decoding: block, as: UTF8.self))
        }

        func parser(
            _ parser: XMLParser,
            didEndElement name: String,
            namespaceURI: String?,
            qualifiedName: String?
        ) {
            guard var node = open.popLast() else { return }
            if !node.children.isEmpty { node.text = "" }
            if let last = open.indices.last { open[last].children.append(node) } else { root = node }
        }
    }
}
