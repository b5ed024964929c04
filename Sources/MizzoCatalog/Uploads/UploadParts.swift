import GRDB

/// How one object is uploaded in parts: all parts have the same size but the last, which has what is left.
public struct UploadParts: Equatable, Sendable {
    /// The object store's own name for the upload.
    public let storeUploadID: String
    /// Of the whole, in bytes; at least 1.
    public let byteCount: Int64
    /// Of every part but the last, in bytes; at least 1.
    public let partByteCount: Int64

    /// An upload that the store has begun.
    public init(storeUploadID: String, byteCount: Int64, partByteCount: Int64) {
        self.storeUploadID = storeUploadID
        self.byteCount = byteCount
        self.partByteCount = partByteCount
    }

    init?(row: Row) throws {
        guard let id: String = row["storeUploadID"], let size: Int64 = row["partByteCount"], size > 0 else {
            return nil
        }
        self.init(storeUploadID: id, byteCount: row["byteCountMax"], partByteCount: size)
    }

    /// How many parts there are.
    public var count: Int { Int((byteCount + partByteCount - 1) / partByteCount) }

    /// The numbers of the parts, from 1.
    public var numbers: ClosedRange<Int> { 1...max(1, count) }

    /// How many bytes a part has.
    ///
    /// - Parameter number: one of ``numbers``.
    public func byteCount(of number: Int) -> Int64 {
        min(partByteCount, byteCount - Int64(number - 1) * partByteCount)
    }

    /// The smallest parts of at least `preferred` bytes of which an upload needs no more than a thousand: one page of a
    /// store's list. Whole MiB.
    public static func partByteCount(for byteCount: Int64, preferred: Int64) -> Int64 {
        let (mebibyte, most) = (Int64(1 << 20), Int64(1000))
        let needed = (byteCount + most - 1) / most
        return max(preferred, (needed + mebibyte - 1) / mebibyte * mebibyte)
    }
}
