import FoundationEssentials
import MizzoCatalog

extension UploadID {
    /// A lower-case UUID version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits from the system.
    static func timeOrdered(at now: Date) -> UploadID {
        let milliseconds = UInt64(max(0, now.timeIntervalSince1970 * 1000))
        let high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xFFF)
        let low = 0x8000_0000_0000_0000 | UInt64.random(in: 0...0x3FFF_FFFF_FFFF_FFFF)
        let digits = Array(hex(high) + hex(low))
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
        guard let id = UploadID(rawValue: groups.joined(separator: "-")) else {
            preconditionFailure("A UUID is always a safe identifier: \(groups)")
        }
        return id
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
