import Glibc
import SystemPackage

/// Random access to the bytes of an untrusted file through one small window; never maps or loads the whole file.
final class SourceReader {
    let byteCount: Int
    private let descriptor: CInt
    private var window: [UInt8] = []
    private var windowStart = 0
    private static let windowBytes = 1 << 16

    /// - Throws: `source-unreadable` when it is not a readable regular file.
    init(path: FilePath) throws(TranscodingError) {
        descriptor = open(path.string, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .system("open", path, errno, otherwise: .sourceUnreadable)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw TranscodingError(.sourceUnreadable, detail: "source \(path): expected a regular file")
        }
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// The bytes at `offset`; fewer than `count` at the end of the file.
    func bytes(at offset: Int, count: Int) throws(TranscodingError) -> ArraySlice<UInt8> {
        guard offset >= 0, offset < byteCount, count > 0 else { return [] }
        let end = min(byteCount, offset + count)
        if offset < windowStart || end > windowStart + window.count {
            try load(from: offset, atLeast: end - offset)
        }
        let lower = offset - windowStart
        return window[lower..<min(window.count, lower + end - offset)]
    }

    /// A big-endian number of `width` bytes; nil beyond the end of the file.
    func bigEndian(at offset: Int, width: Int) throws(TranscodingError) -> Int? {
        let slice = try bytes(at: offset, count: width)
        return slice.count == width ? slice.reduce(0) { $0 << 8 | Int($1) } : nil
    }

    /// A little-endian number of `width` bytes; nil beyond the end of the file.
    func littleEndian(at offset: Int, width: Int) throws(TranscodingError) -> Int? {
        let slice = try bytes(at: offset, count: width)
        return slice.count == width ? slice.reversed().reduce(0) { $0 << 8 | Int($1) } : nil
    }

    /// Whether the bytes at `offset` are exactly the ASCII text `magic`.
    func matches(_ magic: StaticString, at offset: Int) throws(TranscodingError) -> Bool {
        let count = magic.utf8CodeUnitCount
        let slice = try bytes(at: offset, count: count)
        return magic.withUTF8Buffer { slice.elementsEqual($0) }
    }

    private func load(from offset: Int, atLeast count: Int) throws(TranscodingError) {
        var buffer = [UInt8](repeating: 0, count: min(byteCount - offset, max(count, Self.windowBytes)))
        var filled = 0
        while filled < buffer.count {
            let remaining = buffer.count - filled
            let got = buffer.withUnsafeMutableBytes { raw in
                pread(descriptor, raw.baseAddress?.advanced(by: filled), remaining, off_t(offset + filled))
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else {
                throw TranscodingError(.sourceUnreadable, detail: "read source at \(offset): errno \(errno)")
            }
            if got == 0 { break }
            filled += got
        }
        buffer.removeLast(buffer.count - filled)
        (window, windowStart) = (buffer, offset)
    }
}

extension TranscodingError {
    /// A failed system call: a full disk is named as such, everything else gets `code`.
    static func system(
        _ call: String,
        _ path: FilePath,
        _ errnoValue: CInt,
        otherwise code: Code = .storageFailed
    ) -> TranscodingError {
        let reason = String(cString: strerror(errnoValue))
        let isFull = errnoValue == ENOSPC || errnoValue == EDQUOT
        return TranscodingError(isFull ? .diskFull : code, detail: "\(call) \(path): \(reason)")
    }
}
