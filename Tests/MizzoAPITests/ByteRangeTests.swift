import Testing

@testable import MizzoAPI

private typealias Row = (field: String?, size: Int64, outcome: ByteRange)

private let rows: [Row] = [
    (nil, 100, .whole),
    ("bytes=0-0", 100, .part(0..<1)),
    ("bytes=0-99", 100, .part(0..<100)),
    ("bytes=0-100", 100, .part(0..<100)),
    ("bytes=0-", 100, .part(0..<100)),
    ("bytes=99-", 100, .part(99..<100)),
    ("bytes=10-19", 100, .part(10..<20)),
    ("bytes=99-99", 100, .part(99..<100)),
    ("bytes=99-1000", 100, .part(99..<100)),
    ("bytes=-1", 100, .part(99..<100)),
    ("bytes=-100", 100, .part(0..<100)),
    ("bytes=-101", 100, .part(0..<100)),
    ("BYTES=1-2", 100, .part(1..<3)),
    ("Bytes=1-2", 100, .part(1..<3)),
    ("bytes= 1-2", 100, .part(1..<3)),
    ("bytes=1-2 ", 100, .part(1..<3)),
    ("bytes=\t1-2\t", 100, .part(1..<3)),
    ("bytes=,1-2", 100, .part(1..<3)),
    ("bytes=1-2,", 100, .part(1..<3)),
    ("bytes=0000000000-00000000001", 100, .part(0..<2)),
    ("bytes=5-99999999999999999999999", 100, .part(5..<100)),
    ("bytes=-99999999999999999999999", 100, .part(0..<100)),
    ("bytes=0-9223372036854775807", 100, .part(0..<100)),
    ("bytes=0-0", 1, .part(0..<1)),
    ("bytes=-1", 1, .part(0..<1)),
    ("bytes=100-", 100, .unsatisfiable),
    ("bytes=100-200", 100, .unsatisfiable),
    ("bytes=-0", 100, .unsatisfiable),
    ("bytes=99999999999999999999999-", 100, .unsatisfiable),
    ("bytes=0-", 0, .unsatisfiable),
    ("bytes=0-0", 0, .unsatisfiable),
    ("bytes=100-,200-", 100, .unsatisfiable),
    ("bytes=-0,100-101", 100, .unsatisfiable),
    ("bytes=-5", 0, .whole),
    ("bytes=0-1,4-5", 100, .whole),
    ("bytes=0-1, 4-5", 100, .whole),
    ("bytes=0-1,200-", 100, .whole),
    ("bytes=0-0,-1", 100, .whole),
    ("", 100, .whole),
    ("bytes", 100, .whole),
    ("bytes=", 100, .whole),
    ("bytes=,", 100, .whole),
    ("bytes=-", 100, .whole),
    ("bytes=--1", 100, .whole),
    ("bytes=1", 100, .whole),
    ("bytes=2-1", 100, .whole),
    ("bytes=a-b", 100, .whole),
    ("bytes=1-b", 100, .whole),
    ("bytes=0x1-2", 100, .whole),
    ("bytes=+1-2", 100, .whole),
    ("bytes=1 - 2", 100, .whole),
    ("bytes=1-2-3", 100, .whole),
    ("bytes=1-2;3-4", 100, .whole),
    ("bytes=0-1,x", 100, .whole),
    ("bytes =0-1", 100, .whole),
    ("bytes:0-1", 100, .whole),
    ("items=0-1", 100, .whole),
    ("=0-1", 100, .whole),
    ("0-1", 100, .whole),
    ("bytes=١-٢", 100, .whole),
    ("bytes=1.0-2", 100, .whole),
    (("bytes=" + repeatElement("0-0", count: 33).joined(separator: ",")), 100, .whole),
    (("bytes=" + repeatElement("900-", count: 32).joined(separator: ",")), 100, .unsatisfiable),
]

@Suite("Byte ranges")
struct ByteRangeTests {
    @Test("every field resolves as RFC 9110 says", arguments: rows.indices)
    func table(index: Int) {
        let row = rows[index]
        #expect(ByteRange.resolve(row.field, size: row.size) == row.outcome, "\(row.field ?? "none") of \(row.size)")
    }
}
