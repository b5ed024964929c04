import Foundation
import Testing

@testable import CloudServices

@Suite("Bodies as AWS's clients send them")
struct SignedBodyTests {
    private static let framed =
        "5\r\nhello\r\n6;chunk-extension=x\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n"

    private func head(_ headers: [String: String]) -> RequestHead {
        RequestHead(method: "PUT", path: "/mizzo/k", headers: headers.map { HeaderField($0.key, $0.value) })
    }

    private func cut(_ bytes: [UInt8], _ size: Int) -> AsyncStream<[UInt8]> { pieces(bytes, size) }

    private func read(_ text: String, pieces size: Int, _ headers: [String: String]) async throws -> String {
        let bytes = Array(text.utf8)
        var found: [UInt8] = []
        for try await chunk in try SignedBody(cut(bytes, size), head(headers)) { found += chunk }
        return String(decoding: found, as: UTF8.self)
    }

    private let frames = ["x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"]

    @Test("CRC-32 gives the check value of its definition")
    func checkValue() {
        var crc = CRC32()
        crc.update("1234".utf8.map { $0 })
        crc.update("56789".utf8.map { $0 })
        #expect(crc.value == 0xCBF4_3926)
        #expect(crc.bytes == [0xCB, 0xF4, 0x39, 0x26])
    }

    @Test("frames are taken apart wherever the pieces are cut", arguments: 1...40)
    func cuts(_ size: Int) async throws {
        #expect(try await read(Self.framed, pieces: size, frames) == "hello world")
    }

    @Test("a body that ends early is incomplete", arguments: [0, 1, 5, 12, 40, 60])
    func truncated(_ count: Int) async throws {
        let text = String(Self.framed.prefix(count))
        #expect(try await kind { _ = try await read(text, pieces: 7, frames) } == .incompleteBody)
    }

    @Test(
        "frames that are none are refused",
        arguments: [
            "zz\r\n", "5\r\nhelloX\r\n", "-1\r\n", "0\r\nno colon\r\n\r\n", "0\r\n\r\nmore\r\n",
            String(repeating: "a", count: 9000),
        ]
    )
    func malformed(_ text: String) async throws {
        #expect(try await kind { _ = try await read(text, pieces: 3, frames) } == .invalidRequest)
    }

    @Test("a wrong checksum, in the trailer or in a header, is a bad digest")
    func checksums() async throws {
        let wrong = Self.framed.replacing("DUoRhQ==", with: "DUoRhA==")
        #expect(try await kind { _ = try await read(wrong, pieces: 9, frames) } == .badDigest)
        #expect(try await read("hello world", pieces: 4, ["x-amz-checksum-crc32": "DUoRhQ=="]) == "hello world")
        let other = try await kind { _ = try await read("hello", pieces: 4, ["x-amz-checksum-crc32": "DUoRhQ=="]) }
        #expect(other == .badDigest)
        let signed = ["x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"]
        #expect(try await kind { _ = try await read("x", pieces: 1, signed) } == .notImplemented)
    }

    @Test("the object's size comes from the decoded length when there are frames")
    func sizes() {
        typealias Body = SignedBody<AsyncStream<[UInt8]>>
        #expect(Body.byteCount(head(["content-length": "7"])) == 7)
        let framed = frames.merging(["content-length": "99", "x-amz-decoded-content-length": "7"]) { first, _ in first }
        #expect(Body.byteCount(head(framed)) == 7)
        #expect(Body.byteCount(head([:])) == nil)
    }
}
