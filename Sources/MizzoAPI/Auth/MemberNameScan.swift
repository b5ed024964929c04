import FoundationEssentials

/// Looks for an object of a JSON text that names a member twice. RFC 8259 leaves open which of the two counts; RFC 7519
/// (section 4) lets a verifier refuse such tokens, and only that keeps two readers from seeing two users in one token.
///
/// The text need not be JSON: what is not is refused when it is decoded.
struct MemberNameScan {
    private let bytes: [UInt8]
    private var index = 0
    /// Of each object or array that is open at `index`; those of arrays stay empty.
    private var names: [Set<String>] = []

    static func isUnambiguous(_ json: Data) -> Bool {
        var scan = MemberNameScan(bytes: Array(json))
        return scan.run()
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func run() -> Bool {
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): names.append([])
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = names.popLast()
            case UInt8(ascii: "\""):
                guard passString() else { return false }
                continue
            default: break
            }
            index += 1
        }
        return true
    }

    /// Goes past a string; `false` for a name that its object has already, however it is escaped.
    private mutating func passString() -> Bool {
        let start = index
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        index = min(index + 1, bytes.count)
        guard isBeforeColon else { return true }
        guard !names.isEmpty, let name = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<index])) else {
            return false
        }
        return names[names.count - 1].insert(name).inserted
    }

    private var isBeforeColon: Bool {
        bytes[index...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: ":")
    }
}
