import AudioTranscoding
import Glibc
import Logging
import Subprocess
import SystemPackage
import Testing

/// A temporary directory with the tools to fill it; removed when the test ends.
final class Workbench: Sendable {
    let root: FilePath

    init() throws {
        var template = Array("/tmp/audio-transcoding-test.XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        root = FilePath(String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    deinit { Self.remove(root) }

    var output: FilePath { root.appending("track") }

    func transcoder(_ change: (inout TranscodingConfiguration) -> Void = { _ in }) -> AudioTranscoder {
        var configuration = TranscodingConfiguration()
        change(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return AudioTranscoder(configuration: configuration, logger: logger)
    }

    /// Runs ffmpeg in the directory to make a fixture.
    @discardableResult
    func ffmpeg(_ arguments: [String], output name: String) async throws -> FilePath {
        let result = try await run(
            .path("/usr/bin/ffmpeg"),
            arguments: Arguments(["-nostdin", "-v", "error", "-y"] + arguments + ["file:\(name)"]),
            workingDirectory: root,
            output: .string(limit: 1 << 16),
            error: .combinedWithOutput
        )
        try #require(result.terminationStatus.isSuccess, "these tests need ffmpeg: \(result.standardOutput)")
        return root.appending(name)
    }

    /// A stereo tone of 440 Hz, about -9 LUFS.
    func tone(seconds: Double, _ options: [String] = [], output name: String) async throws -> FilePath {
        let source = "sine=440:sample_rate=44100:duration=\(seconds),volume=4,aformat=channel_layouts=stereo"
        return try await ffmpeg(["-f", "lavfi", "-i", source, "-strict", "-2"] + options, output: name)
    }

    @discardableResult
    func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> FilePath {
        let path = root.appending(name)
        let file = try FileDescriptor.open(
            path,
            .writeOnly,
            options: [.create, .truncate],
            permissions: .ownerReadWrite
        )
        defer { try? file.close() }
        try file.writeAll(Array(bytes))
        return path
    }

    func read(_ path: FilePath) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly)
        defer { try? file.close() }
        let size = try file.seek(offset: 0, from: .end)
        try file.seek(offset: 0, from: .start)
        return try [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            while count < Int(size) {
                count += try file.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                )
            }
        }
    }

    /// Names in a directory; nil when it does not exist.
    func names(in directory: FilePath) -> Set<String>? {
        guard let stream = opendir(directory.string) else { return nil }
        defer { closedir(stream) }
        var names: Set<String> = []
        while let entry = Glibc.readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.insert(name) }
        }
        return names
    }

    /// Processes that work on this directory: by command line, or, inside a sandbox, by what is mounted there.
    func processes() -> [Int32] {
        guard let mark = root.lastComponent?.string else { return [] }
        return (names(in: "/proc") ?? []).compactMap { Int32($0) }.filter { process in
            guard process != getpid() else { return false }
            return ["cmdline", "mountinfo"].contains { contents("/proc/\(process)/\($0)").contains(mark) }
        }
    }

    /// Waits until no process works on this directory any more; the test's time limit bounds it.
    func waitUntilDeserted() async throws {
        while !processes().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    }

    private func contents(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 15)
        let count = fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    private static func remove(_ path: FilePath) {
        if unlink(path.string) == 0 { return }
        if let stream = opendir(path.string) {
            while let entry = Glibc.readdir(stream) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != "." && name != ".." { remove(path.appending(name)) }
            }
            closedir(stream)
        }
        rmdir(path.string)
    }
}

/// The error `body` throws, if it is a transcoding error.
func transcodingError(_ body: () async throws -> Void) async -> TranscodingError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? TranscodingError
    }
}
