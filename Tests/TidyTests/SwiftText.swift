/// Swift source with the content of comments and string literals replaced by spaces, so that a search or a brace count
/// sees code only. Lines keep their numbers and columns.
struct SwiftText {
    /// The lines without comments and without the text of literals.
    private(set) var code: [String] = []

    private enum Mode: Equatable {
        case code
        case comment(depth: Int)
        case text(hashes: Int, isMultiline: Bool)
        /// Code inside `\(…)` of the literal below it on the stack.
        case interpolation(parentheses: Int)
    }

    private var stack: [Mode] = [.code]
    private var characters: [Character] = []
    private var index = 0
    private var output = ""

    init(_ file: SourceFile) {
        for line in file.lines { scan(line) }
    }

    private mutating func scan(_ line: Substring) {
        (characters, index, output) = (Array(line), 0, "")
        while index < characters.count {
            switch stack.last ?? .code {
            case .code, .interpolation: scanCode()
            case .comment(let depth): scanComment(depth)
            case .text(let hashes, let isMultiline): scanText(hashes, isMultiline)
            }
        }
        if case .text(_, false) = stack.last { stack.removeLast() }
        code.append(output)
    }

    private func sees(_ text: String) -> Bool { characters[index...].starts(with: text) }

    private mutating func blank(_ count: Int) {
        output += String(repeating: " ", count: count)
        index += count
    }

    private mutating func scanCode() {
        if sees("//") { return blank(characters.count - index) }
        if sees("/*") {
            stack.append(.comment(depth: 1))
            return blank(2)
        }
        let hashes = characters[index...].prefix { $0 == "#" }.count
        if index + hashes < characters.count, characters[index + hashes] == "\"" {
            index += hashes
            output += String(repeating: " ", count: hashes)
            let isMultiline = sees("\"\"\"")
            stack.append(.text(hashes: hashes, isMultiline: isMultiline))
            return blank(isMultiline ? 3 : 1)
        }
        trackInterpolation(characters[index])
    }

    private mutating func trackInterpolation(_ character: Character) {
        if case .interpolation(let open) = stack.last {
            if character == ")" && open == 1 {
                stack.removeLast()
                return blank(1)
            }
            if character == "(" { stack[stack.count - 1] = .interpolation(parentheses: open + 1) }
            if character == ")" { stack[stack.count - 1] = .interpolation(parentheses: open - 1) }
        }
        output.append(character)
        index += 1
    }

    private mutating func scanComment(_ depth: Int) {
        if sees("*/") {
            stack.removeLast()
            if depth > 1 { stack.append(.comment(depth: depth - 1)) }
            return blank(2)
        }
        if sees("/*") {
            stack[stack.count - 1] = .comment(depth: depth + 1)
            return blank(2)
        }
        blank(1)
    }

    private mutating func scanText(_ hashes: Int, _ isMultiline: Bool) {
        let escape = "\\" + String(repeating: "#", count: hashes)
        let end = (isMultiline ? "\"\"\"" : "\"") + String(repeating: "#", count: hashes)
        if sees(escape + "(") {
            stack.append(.interpolation(parentheses: 1))
            return blank(escape.count + 1)
        }
        if sees(escape) { return blank(min(escape.count + 1, characters.count - index)) }
        if sees(end) {
            stack.removeLast()
            return blank(end.count)
        }
        blank(1)
    }
}
