import Activities
import ActivityContracts
import DurableSQLite
import Foundation
import MizzoCatalog
import Testing

@testable import CloudServices

@Suite("Parts of uploads that came to nothing", .timeLimit(.minutes(2)))
struct DiscardPartsTests {
    /// A ticket for one part, which has arrived.
    private func upload(_ id: String, _ bench: ActivityBench) async throws -> MultipartUpload {
        let upload = try await bench.store.beginUpload(ObjectKey("raw-track/\(id).mp3"), contentType: "audio/mpeg")
        let ticket = UploadTicket(
            id: try #require(UploadID(rawValue: id)),
            owner: UserID(rawValue: "nina"),
            kind: .audio,
            key: upload.key.rawValue,
            contentType: "audio/mpeg",
            byteCountMax: 3,
            parts: UploadParts(storeUploadID: upload.id, byteCount: 3, partByteCount: 3),
            expiresAt: Date()
        )
        try await bench.database.write { try Catalog.issue(ticket, at: Date(), in: $0) }
        let body = AsyncStream<[UInt8]> { stream in
            stream.yield([1, 2, 3])
            stream.finish()
        }
        let part = PartQuery(number: 1, uploadID: upload.id)
        _ = try await bench.store.putPart(part, upload.key, body: body, options: PutOptions())
        return upload
    }

    private func files(_ bench: ActivityBench) -> Int {
        let paths = FileManager.default.subpaths(atPath: "\(bench.folder)/objects") ?? []
        return paths.count { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(bench.folder)/objects/\(path)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }

    @Test("are removed, as often as it is asked, and nothing else is")
    func discarded() async throws {
        let bench = try await ActivityBench()
        let discard = DiscardPartsActivity(store: bench.store, database: bench.database)
        let (lost, joined) = (try await upload("upload-0003", bench), try await upload("upload-0004", bench))
        try await bench.store.completeUpload(joined, parts: try await bench.store.parts(of: joined), ifAbsent: true)
        let before = files(bench)
        for id in ["upload-0003", "upload-0003", "upload-0004", ActivityBench.track] {
            _ = try await bench.run(discard, UploadReference(uploadID: id))
        }
        let error = await #expect(throws: ObjectStoreError.self) { try await bench.store.parts(of: lost) }
        #expect(error?.kind == .noSuchUpload)
        #expect(files(bench) == before - 1)
        #expect(try await bench.store.head(joined.key).size == 3)
    }

    @Test("go with the upload of a track that has failed")
    func withTheUpload() async throws {
        let bench = try await ActivityBench()
        let lost = try await upload("upload-0003", bench)
        let remove = RemoveUploadActivity(store: bench.store, database: bench.database)
        _ = try await bench.run(remove, TrackReference(trackID: "upload-0003"))
        let error = await #expect(throws: ObjectStoreError.self) { try await bench.store.parts(of: lost) }
        #expect(error?.kind == .noSuchUpload)
    }
}
