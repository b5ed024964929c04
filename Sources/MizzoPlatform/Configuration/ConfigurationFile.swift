import Configuration
import FoundationEssentials
import SystemPackage

/// The JSON configuration file: an object of objects, such as `{"http": {"port": 8080}}`.
struct ConfigurationFile {
    let path: String

    /// The file's values, after every key was found to be known.
    ///
    /// - Throws: ``ConfigurationError`` `configuration-file-unreadable` or `configuration-key-unknown`.
    func provider() async throws -> any ConfigProvider {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw unreadable("it does not exist or is not readable")
        }
        let content: Node
        do {
            content = try JSONDecoder().decode(Node.self, from: data)
        } catch {
            throw unreadable("it is not a JSON object")
        }
        try check(content.leaves(below: []))
        do {
            return try await FileProvider<JSONSnapshot>(filePath: FilePath(path))
        } catch {
            throw unreadable("\(error)")
        }
    }

    private func check(_ names: [String]) throws(ConfigurationError) {
        let known = ConfigurationSetting.all.map(\.name)
        guard let unknown = names.first(where: { !known.contains($0) }) else { return }
        let nearest = known.min { Self.distance(unknown, $0) < Self.distance(unknown, $1) }
        let hint = nearest.map { " Did you mean \"\($0)\"?" } ?? ""
        throw ConfigurationError(
            code: "configuration-key-unknown",
            "the configuration file \(path) has the unknown key \"\(unknown)\".\(hint)"
        )
    }

    private func unreadable(_ reason: String) -> ConfigurationError {
        ConfigurationError(
            code: "configuration-file-unreadable",
            "the configuration file \(path) cannot be used: \(reason)."
        )
    }

    /// Levenshtein's distance.
    private static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var row = Array(0...right.count)
        for (i, one) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let substitution = diagonal + (one == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }

    /// Just enough of JSON to list the keys.
    private enum Node: Decodable {
        case object([String: Node])
        case leaf

        init(from decoder: any Decoder) throws {
            if let members = try? decoder.singleValueContainer().decode([String: Node].self) {
                self = .object(members)
            } else if decoder.codingPath.isEmpty {
                throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "not an object"))
            } else {
                self = .leaf
            }
        }

        func leaves(below path: [String]) -> [String] {
            switch self {
            case .leaf: [path.joined(separator: ".")]
            case .object(let members): members.sorted { $0.key < $1.key }.flatMap { $1.leaves(below: path + [$0]) }
            }
        }
    }
}
