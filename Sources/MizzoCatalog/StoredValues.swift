import FoundationEssentials
import GRDB

/// A point in time as the tables keep it.
extension Date {
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }

    init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }
}

extension Row {
    func date(_ column: String) -> Date { Date(milliseconds: self[column]) }

    func optionalDate(_ column: String) -> Date? {
        let stored: Int64? = self[column]
        return stored.map(Date.init(milliseconds:))
    }

    func json<Value: Decodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        guard let value: Value = try optionalJSON(column) else { throw corrupt(column) }
        return value
    }

    func optionalJSON<Value: Decodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value? {
        guard let text: String = self[column] else { return nil }
        guard let value = try? JSONDecoder().decode(Value.self, from: Data(text.utf8)) else { throw corrupt(column) }
        return value
    }

    /// An enum kept as text; the column's CHECK or its single writer keeps it within the cases.
    func choice<Value: RawRepresentable<String>>(_ column: String) throws -> Value {
        guard let value = Value(rawValue: self[column]) else { throw corrupt(column) }
        return value
    }

    private func corrupt(_ column: String) -> CatalogError {
        let key: DatabaseValue? = self["id"] ?? self["trackID"]
        return .corruptColumn(column, row: key.map(String.init(describing:)) ?? "?")
    }
}

/// JSON text with sorted keys: equal values give equal columns.
func jsonText(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
