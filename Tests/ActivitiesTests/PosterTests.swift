import Activities
import ActivityContracts
import CloudServices
import DurableSQLite
import Foundation
import GRDB
import MizzoCatalog
import Testing
import WorkflowEngine

/// One picture somebody may upload, and a part of the sentence that refuses it; `nil` when it is good.
struct PosterFile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let key: String
    let bytes: [UInt8]?
    let refusal: String?

    init(_ name: String, _ key: String, _ bytes: [UInt8]?, _ refusal: String?) {
        (testDescription, self.key, self.bytes, self.refusal) = (name, "poster/upload-0002.\(key)", bytes, refusal)
    }

    static let all = [
        PosterFile("a PNG", "png", png(640, 480), nil), PosterFile("a JPEG", "jpg", jpeg(640, 480), nil),
        PosterFile("a JPEG with a large Exif block", "jpg", jpeg(640, 480, metadata: 60_000), nil),
        PosterFile("a progressive JPEG", "jpg", jpeg(640, 480, frame: 0xC2), nil),
        PosterFile("a WebP", "webp", webP("VP8X", zeros(4) + [0x7F, 2, 0, 0xDF, 1, 0]), nil),
        PosterFile("a lossless WebP", "webp", webP("VP8L", [0x2F, 0x7F, 0xC2, 0x77, 0]), nil),
        PosterFile("a lossy WebP", "webp", webP("VP8 ", [0, 0, 0, 0x9D, 1, 0x2A, 0x80, 2, 0xE0, 1]), nil),
        PosterFile("nothing at all", "png", nil, "never arrived"), PosterFile("0 bytes", "png", [], "no PNG"),
        PosterFile("an SVG", "png", Array("<svg onload=alert(1)>".utf8), "no PNG"),
        PosterFile("a web page", "jpg", Array("<html><script>".utf8), "no PNG"),
        PosterFile("a GIF", "png", Array("GIF89a".utf8) + zeros(40), "no PNG"),
        PosterFile("a PNG of 20000 by 20000 pixels", "png", png(20_000, 20_000), "20000 by 20000"),
        PosterFile("a PNG as wide as a number goes", "png", png(0xFFFF_FFFF, 1), "4294967295 by 1"),
        PosterFile("a PNG of no width", "png", png(0, 10), "no PNG"),
        PosterFile("a PNG cut in its header", "png", Array(png(10, 10).prefix(20)), "no PNG"),
        PosterFile("a JPEG of 65535 by 65535 pixels", "jpg", jpeg(65_535, 65_535), "65535 by 65535"),
        PosterFile("a JPEG without a frame", "jpg", [0xFF, 0xD8, 0xFF, 0xDA] + zeros(40), "no PNG"),
        PosterFile("a JPEG with a segment of no length", "jpg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 0] + zeros(40), "no PNG"),
        PosterFile(
            "a JPEG that is only fill bytes",
            "jpg",
            [0xFF, 0xD8] + [UInt8](repeating: 0xFF, count: 900),
            "no PNG"
        ),
        PosterFile(
            "a WebP of 16 million pixels a side",
            "webp",
            webP("VP8X", [UInt8](repeating: 0xFF, count: 10)),
            "16777216"
        ),
        PosterFile("a WebP of an unknown kind", "webp", webP("EVIL", zeros(20)), "no PNG"),
        PosterFile(
            "an AVI with a WebP's first bytes",
            "webp",
            Array("RIFF".utf8) + zeros(4) + Array("AVI ".utf8),
            "no PNG"
        ),
        PosterFile("a PNG called JPEG", "jpg", png(10, 10), "announced as another type"),
        PosterFile("a JPEG called WebP", "webp", jpeg(10, 10), "announced as another type"),
    ]

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    private static func big(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(value >> (8 * $0) & 0xFF) }
    }

    private static func png(_ width: Int, _ height: Int) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + big(13, 4) + Array("IHDR".utf8) + big(width, 4)
            + big(height, 4) + zeros(20)
    }

    private static func jpeg(_ width: Int, _ height: Int, metadata: Int = 14, frame: UInt8 = 0xC0) -> [UInt8] {
        [0xFF, 0xD8, 0xFF, 0xE1] + big(metadata + 2, 2) + zeros(metadata) + [0xFF, 0xFF, frame] + big(17, 2) + [8]
            + big(height, 2) + big(width, 2) + zeros(20)
    }

    private static func webP(_ kind: String, _ body: [UInt8]) -> [UInt8] {
        Array("RIFF".utf8) + zeros(4) + Array("WEBP".utf8) + Array(kind.utf8) + zeros(4) + body + zeros(20)
    }
}

@Suite("Cover pictures and uploads that came to nothing", .timeLimit(.minutes(2)))
struct PosterTests {
    private func put(_ bytes: [UInt8], _ key: String, _ bench: ActivityBench) async throws {
        let body = AsyncStream<[UInt8]> { stream in
            stream.yield(bytes)
            stream.finish()
        }
        try await bench.store.put(ObjectKey(key), body: body, options: PutOptions(contentType: "image/png"))
    }

    private func setPoster(_ key: String, _ bench: ActivityBench) async throws {
        try await bench.database.write { db in
            try db.execute(sql: "UPDATE track SET posterKey = ?", arguments: [key])
        }
    }

    private func exists(_ key: String, _ bench: ActivityBench) async throws -> Bool {
        try await bench.store.list(prefix: key).objects.isEmpty == false
    }

    @Test("is judged by its bytes; a bad one leaves the track and the store, and never fails the track")
    func judged() async throws {
        let bench = try await ActivityBench()
        for file in PosterFile.all {
            try await setPoster(file.key, bench)
            if let bytes = file.bytes { try await put(bytes, file.key, bench) }
            let activity = InspectPosterActivity(store: bench.store, database: bench.database)
            let output = try await bench.run(activity, ActivityBench.reference)
            if let refusal = file.refusal {
                #expect(output.refusal?.contains(refusal) == true, "\(file): \(output)")
                #expect(try await bench.track()?.details.posterKey == nil, "\(file)")
                #expect(try await exists(file.key, bench) == false, "\(file)")
            } else {
                #expect(output.refusal == nil, "\(file)")
                #expect(try await bench.track()?.details.posterKey == file.key, "\(file)")
                try await bench.store.delete(ObjectKey(file.key))
            }
            #expect(try await bench.track()?.status == .pending)
        }
        let refused = PosterFile.all.count { $0.refusal != nil }
        #expect(try await bench.notifications().count == refused)
    }

    @Test("an upload that came to nothing is deleted with its picture; a track on its way keeps both")
    func removal() async throws {
        let bench = try await ActivityBench()
        let (audio, poster) = ("raw-track/\(ActivityBench.track).mp3", "poster/upload-0002.png")
        _ = try await bench.upload([1, 2, 3])
        try await setPoster(poster, bench)
        try await put([1], poster, bench)
        let remove = RemoveUploadActivity(store: bench.store, database: bench.database)
        _ = try await bench.run(remove, ActivityBench.reference)
        #expect(try await exists(audio, bench))
        #expect(try await exists(poster, bench))
        try await bench.move(to: .failed)
        for _ in 0..<2 { _ = try await bench.run(remove, ActivityBench.reference) }
        #expect(try await exists(audio, bench) == false)
        #expect(try await exists(poster, bench) == false)
    }

    /// A poster ticket that ran out an hour ago, and its picture.
    private func ticket(_ id: String, used: Bool, _ bench: ActivityBench) async throws -> UploadTicket {
        let ticket = UploadTicket(
            id: try #require(UploadID(rawValue: id)),
            owner: UserID(rawValue: "nina"),
            kind: .poster,
            key: "poster/\(id).png",
            contentType: "image/png",
            byteCountMax: 10,
            expiresAt: Date() - 3600
        )
        try await bench.database.write { db in
            try Catalog.issue(ticket, at: Date() - 7200, in: db)
            if used { try db.execute(sql: "UPDATE uploadTicket SET usedAt = 1 WHERE id = ?", arguments: [id]) }
        }
        try await put([1], ticket.key, bench)
        return ticket
    }

    @Test("a picture that no track was registered with is deleted under a void ticket; one that a track has stays")
    func expiry() async throws {
        let bench = try await ActivityBench()
        for (id, isUsed) in [("upload-0003", false), ("upload-0004", true)] {
            let ticket = try await ticket(id, used: isUsed, bench)
            let reference = UploadReference(uploadID: id)
            for _ in 0..<2 {
                let output = try await bench.run(AbandonPosterActivity(), reference)
                #expect(output.isAbandoned == !isUsed)
                let remove = RemovePosterActivity(store: bench.store, database: bench.database)
                _ = try await bench.run(remove, reference)
                #expect(try await exists(ticket.key, bench) == isUsed)
            }
        }
    }

    @Test("a picture whose ticket is still good is not deleted, nor is anything that is no picture")
    func notOurs() async throws {
        let bench = try await ActivityBench()
        let ticket = try await ticket("upload-0003", used: false, bench)
        let early = RemovePosterActivity(store: bench.store, database: bench.database) { ticket.expiresAt - 1 }
        _ = try await bench.run(early, UploadReference(uploadID: "upload-0003"))
        #expect(try await exists(ticket.key, bench))
        _ = try await bench.upload([1, 2, 3])
        let late = RemovePosterActivity(store: bench.store, database: bench.database) { .distantFuture }
        _ = try await bench.run(late, UploadReference(uploadID: ActivityBench.track))
        #expect(try await exists("raw-track/\(ActivityBench.track).mp3", bench))
        let error = await #expect(throws: WorkflowEndedError.self) {
            try await bench.run(late, UploadReference(uploadID: "../x"))
        }
        #expect(error?.reason?.type == "upload-id-not-valid")
    }
}
