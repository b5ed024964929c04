/// What a terminal or pipe can show.
package struct TextStyle: Sendable {
    package var hasColor: Bool
    package var isUnicode: Bool
    /// Columns to fit into; `nil` in pipes, where nothing is ever cut.
    package var width: Int?

    package init(hasColor: Bool, isUnicode: Bool, width: Int?) {
        self.hasColor = hasColor
        self.isUnicode = isUnicode
        self.width = width
    }

    /// Colour: `--color`, else NO_COLOR (no-color.org: set and not empty), CLICOLOR_FORCE, TERM=dumb, the terminal.
    init(_ color: ColorMode, _ environment: OperatorEnvironment) {
        let variables = environment.variables
        let isSet = { (name: String) in !(variables[name] ?? "").isEmpty }
        let isTTY = environment.terminal.isOutputTTY
        hasColor =
            switch color {
            case .always: true
            case .never: false
            case .auto:
                if isSet("NO_COLOR") {
                    false
                } else if isSet("CLICOLOR_FORCE"), variables["CLICOLOR_FORCE"] != "0" {
                    true
                } else {
                    isTTY && variables["TERM"] != "dumb"
                }
            }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { variables[$0] }.first { !$0.isEmpty } ?? ""
        let encoding = locale.lowercased()
        isUnicode = encoding.contains("utf-8") || encoding.contains("utf8")
        width = isTTY ? environment.terminal.width ?? variables["COLUMNS"].flatMap { Int($0) } ?? 80 : nil
    }

    /// What a text means; never shown by colour alone.
    package enum Tone: Sendable {
        case plain, strong, muted, good, bad, warning, active
    }

    package func paint(_ text: String, _ tone: Tone) -> String {
        guard hasColor, !text.isEmpty, let code = tone.code else { return text }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    /// Marks what has not happened yet.
    var pendingMark: String { isUnicode ? "▶" : ">" }
    var arrow: String { isUnicode ? "→" : "->" }
    var ellipsis: String { isUnicode ? "…" : "..." }
    var none: String { "-" }

    /// The beginning of `text` that fits into `width` columns, with an ellipsis when something was cut.
    func cut(_ text: String, to width: Int) -> String {
        guard text.displayWidth > width else { return text }
        var rest = width - ellipsis.displayWidth
        var result = ""
        for character in text {
            rest -= character.displayWidth
            if rest < 0 { break }
            result.append(character)
        }
        return result + ellipsis
    }
}

extension TextStyle.Tone {
    /// The SGR parameters (ECMA-48 section 8.3.117).
    fileprivate var code: String? {
        switch self {
        case .plain: nil
        case .strong: "1"
        case .muted: "2"
        case .good: "32"
        case .bad: "31"
        case .warning: "33"
        case .active: "36"
        }
    }
}
