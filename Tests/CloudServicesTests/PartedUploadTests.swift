import Foundation
import Testing

@testable import CloudServices

/// A store, and a stranger who sends it presigned requests.
struct PartedStore: Sendable {
    /// Where the bytes go.
    enum Kind: String, CaseIterable, Sendable { case files, rclone, moto }

    let store: any ObjectStore
    /// The status of the answer.
    let send: @Sendable (PresignedRequest, [UInt8]) async throws -> Int

    static func make(_ kind: Kind) async throws -> PartedStore {
        guard kind == .files else {
            let fixture = try await kind == .rclone ? S3Fixture.rclone() : S3Fixture.moto()
            return PartedStore(store: fixture.store) { try await fixture.send($0, body: $1).status }
        }
        let fixture = try CloudFixture(maximumObjectByteCount: 16 << 20)
        return PartedStore(store: fixture.store) { request, bytes in
            let head = RequestHead(request, bodyByteCount: bytes.count)
            return await fixture.handler.respond(to: head, body: pieces(bytes)).status
        }
    }
}

@Suite("Uploads in parts that strangers bring", .timeLimit(.minutes(2)))
struct PartedUploadTests {
    private static let large = 5 << 20

    @Test("become an object as a whole, whatever the order of their parts", arguments: PartedStore.Kind.allCases)
    func whole(_ kind: PartedStore.Kind) async throws {
        let made = try await PartedStore.make(kind)
        let (store, bytes) = (made.store, pattern(Self.large + 1000))
        let key = try ObjectKey("raw-track/parts-\(UUID().uuidString).mp3")
        let upload = try await store.beginUpload(key, contentType: "audio/mpeg")
        #expect(try await store.parts(of: upload).isEmpty)
        for (number, part) in [(2, bytes[Self.large...]), (1, bytes[..<Self.large])] {
            let request = try await store.presignPart(
                number,
                of: upload,
                byteCount: Int64(part.count),
                expiresIn: .seconds(60)
            )
            #expect(try await made.send(request, Array(part)) == 200)
        }
        let parts = try await store.parts(of: upload)
        #expect(parts.map(\.number) == [1, 2] && parts.map(\.size) == [Int64(Self.large), 1000])
        #expect(try await CloudServicesTests.kind { _ = try await store.head(key) } == .noSuchKey)
        let info = try await store.completeUpload(upload, parts: parts, ifAbsent: true)
        #expect(info.size == Int64(bytes.count) && info.contentType == "audio/mpeg")
        #expect(try await store.get(key).body.collect(upTo: 8 << 20) == bytes)
        #expect(try await CloudServicesTests.kind { _ = try await store.parts(of: upload) } == .noSuchUpload)
    }

    @Test("are taken only whole, whoever sends them", arguments: [PartedStore.Kind.files, .rclone])
    func wrongSize(_ kind: PartedStore.Kind) async throws {
        let made = try await PartedStore.make(kind)
        let key = try ObjectKey("raw-track/size-\(UUID().uuidString).mp3")
        let upload = try await made.store.beginUpload(key, contentType: "audio/mpeg")
        let request = try await made.store.presignPart(1, of: upload, byteCount: 3, expiresIn: .seconds(60))
        for bytes in [[1, 2], [1, 2, 3, 4]] as [[UInt8]] {
            #expect(try await made.send(request, bytes) >= 400)
        }
        #expect(try await made.store.parts(of: upload).isEmpty)
    }

    @Test("that are given up leave nothing, and take no more parts", arguments: PartedStore.Kind.allCases)
    func abandoned(_ kind: PartedStore.Kind) async throws {
        let made = try await PartedStore.make(kind)
        let key = try ObjectKey("raw-track/given-up-\(UUID().uuidString).mp3")
        let upload = try await made.store.beginUpload(key, contentType: "audio/mpeg")
        let request = try await made.store.presignPart(1, of: upload, byteCount: 3, expiresIn: .seconds(60))
        for _ in 1...2 { #expect(try await made.send(request, [1, 2, 3]) == 200) }
        #expect(try await made.store.parts(of: upload).count == 1)
        try await made.store.abortUpload(upload)
        let late = try await made.send(request, [1, 2, 3])
        // moto fails instead of refusing.
        #expect(kind == .moto ? late >= 400 : late == 404, "\(late)")
        #expect(try await CloudServicesTests.kind { try await made.store.abortUpload(upload) } == .noSuchUpload)
        #expect(try await CloudServicesTests.kind { _ = try await made.store.head(key) } == .noSuchKey)
    }

    @Test("are listed a page at a time, in the order of keys and then of ids")
    func listing() async throws {
        let store = try CloudFixture().store
        var begun: [String] = []
        for name in ["b", "a/2", "a/1", "a/1"] {
            begun.append(try await store.beginUpload(ObjectKey(name), contentType: "").key.rawValue)
        }
        var (found, after): ([MultipartUpload], (key: String, id: String)) = ([], ("", ""))
        while case let page = try await store.uploads(prefix: "", after: after, limit: 1), let row = page.first {
            found.append(row.upload)
            after = (row.upload.key.rawValue, row.upload.id)
        }
        #expect(found.map(\.key.rawValue) == begun.sorted() && Set(found.map(\.id)).count == 4)
        #expect(
            try await store.uploads(prefix: "a/", after: ("", ""), limit: 9).map(\.upload) == Array(found.prefix(3))
        )
    }

    @Test("of another number than S3 knows are refused", arguments: ["0", "10001", "x", ""])
    func numbers(_ number: String) throws {
        let query = QueryString([.init(name: "uploadId", value: "u"), .init(name: "partNumber", value: number)])
        let error = #expect(throws: ObjectStoreError.self) { try PartQuery(query) }
        #expect(error?.kind == .invalidArgument)
    }
}
