import ActivityContracts
import CloudServices
import DurableSQLite
import FoundationEssentials
import MizzoCatalog
import WorkflowEngine

/// Checks the cover picture by its bytes, whatever its name and type say: PNG, JPEG or WebP as declared, and no more pixels
/// than a viewer can be asked to decode. A picture that fails is taken off the track, then deleted.
public struct InspectPosterActivity: Activity {
    /// Name and types.
    public typealias Contract = InspectPoster
    /// The most pixels: more than any screen has, and 160 MB when decoded.
    public static let pixelsMax = 40_000_000
    /// The longest side.
    public static let sideMax = 10_000
    /// How much of the file is read for its size.
    static let headerByteCount: Int64 = 1 << 20

    private let store: any ObjectStore
    private let database: any DatabaseAccess
    private let now: @Sendable () -> Date

    /// Takes the time of the change from `now`.
    public init(
        store: any ObjectStore,
        database: any DatabaseAccess,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.database = database
        self.now = now
    }

    /// See ``InspectPosterActivity``.
    public func execute(_ input: TrackReference, context: ActivityContext) async throws -> InspectPoster.Output {
        let id = try TrackID(checking: input.trackID)
        let track = try await database.read { try Catalog.track(id, in: $0) }
        guard let key = track?.details.posterKey else { return InspectPoster.Output(refusal: nil) }
        guard let refusal = try await refusal(of: ObjectKey(key)) else { return InspectPoster.Output(refusal: nil) }
        let time = now()
        try await database.write { database in
            try changingCatalog { try Catalog.refusePoster(of: id, reason: refusal, at: time, in: database) }
        }
        try await store.delete(ObjectKey(key))
        return InspectPoster.Output(refusal: refusal)
    }

    /// A sentence for the artist, or `nil` for a good picture.
    private func refusal(of key: ObjectKey) async throws -> String? {
        do {
            let header = try ImageHeader(try await beginning(of: key))
            return Self.refusal(of: header, key: key.rawValue)
        } catch let error as ObjectStoreError where error.kind == .noSuchKey {
            return "The picture never arrived. Please upload it again."
        } catch is ImageHeader.Problem {
            return "The file is no PNG, JPEG or WebP picture."
        }
    }

    private func beginning(of key: ObjectKey) async throws -> [UInt8] {
        let info = try await store.head(key)
        guard info.size > 0 else { return [] }
        let range = CloudServices.ByteRange.closed(0, min(info.size, Self.headerByteCount) - 1)
        let content = try await store.get(key, range: range, ifMatch: info.etag)
        return try await content.body.reduce(into: []) { $0 += $1 }
    }

    static func refusal(of header: ImageHeader, key: String) -> String? {
        guard header.width <= sideMax, header.height <= sideMax, header.width * header.height <= pixelsMax else {
            return "The picture has \(header.width) by \(header.height) pixels, more than \(sideMax) on a side or "
                + "\(pixelsMax / 1_000_000) million in all. Please upload a smaller one."
        }
        let suffix = key.split(separator: ".").last.map(String.init)
        let expected: ImageHeader.Format? = ["png": .png, "jpg": .jpeg, "webp": .webP][suffix ?? ""]
        guard header.format == expected else {
            return "The picture is \(header.format.rawValue), but was announced as another type."
        }
        return nil
    }
}
