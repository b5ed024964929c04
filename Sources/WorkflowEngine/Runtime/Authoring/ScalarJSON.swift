/// Whole numbers, truth values and plain texts as JSON, byte for byte as Foundation's coders have them but without their
/// set-up, which costs more than ten times as much for values this small. Everything else is left to them.
enum ScalarJSON {
    /// `nil` for values that need the full encoder.
    static func encode<Value>(_ value: Value) -> [UInt8]? {
        if Value.self == Int.self, let number = value as? Int { return Array(String(number).utf8) }
        if Value.self == Bool.self, let truth = value as? Bool { return Array((truth ? "true" : "false").utf8) }
        if Value.self == String.self, let text = value as? String { return encode(text) }
        return nil
    }

    /// `nil` for values that need the full decoder, and for anything that is not exactly in the form of ``encode(_:)``.
    static func decode<Value>(_ type: Value.Type, _ bytes: [UInt8]) -> Value? {
        if type == Int.self { return integer(bytes) as? Value }
        if type == Bool.self { return truth(bytes) as? Value }
        if type == String.self { return text(bytes) as? Value }
        return nil
    }

    private static func encode(_ text: String) -> [UInt8]? {
        guard text.utf8.allSatisfy(isPlain) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 2)
        bytes.append(quote)
        bytes.append(contentsOf: text.utf8)
        bytes.append(quote)
        return bytes
    }

    private static func text(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 2, bytes.first == quote, bytes.last == quote else { return nil }
        let body = bytes[1..<bytes.count - 1]
        return body.allSatisfy(isPlain) ? String(decoding: body, as: UTF8.self) : nil
    }

    private static func truth(_ bytes: [UInt8]) -> Bool? {
        if bytes.elementsEqual("true".utf8) { return true }
        return bytes.elementsEqual("false".utf8) ? false : nil
    }

    private static func integer(_ bytes: [UInt8]) -> Int? {
        let digits = bytes.first == minus ? bytes.dropFirst() : bytes[...]
        // Eighteen digits cannot overflow; a leading zero is no JSON number, but "-0" and "0" are left to be one.
        guard (1...18).contains(digits.count), digits.count == 1 || digits.first != zero else { return nil }
        var value = 0
        for digit in digits {
            guard (zero...nine).contains(digit) else { return nil }
            value = value * 10 + Int(digit - zero)
        }
        return bytes.first == minus ? -value : value
    }

    /// ASCII that JSON writes as it is.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7f && byte != quote && byte != UInt8(ascii: "\\")
    }

    private static let quote = UInt8(ascii: "\"")
    private static let minus = UInt8(ascii: "-")
    private static let zero = UInt8(ascii: "0")
    private static let nine = UInt8(ascii: "9")
}
