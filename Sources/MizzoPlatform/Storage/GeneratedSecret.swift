import FoundationEssentials
import Glibc

/// A random secret in a file of its own (mode 0600), made by whichever process needs it first.
struct GeneratedSecret {
    let path: String

    /// 32 random bytes as hexadecimal digits.
    ///
    /// - Throws: ``ConfigurationError`` `secret-file-unusable`.
    func read() throws(ConfigurationError) -> String {
        if let text = existing() { return text }
        try create()
        guard let text = existing() else { throw unusable("it holds less than 64 characters") }
        return text
    }

    private func existing() -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let text = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
        return text.utf8.count >= 64 ? text : nil
    }

    /// Written aside and linked into place: another process sees no file or all of it, and the first one wins.
    private func create() throws(ConfigurationError) {
        var generator = SystemRandomNumberGenerator()
        let aside = "\(path).\(getpid()).\(generator.next() as UInt64)"
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unusable(String(cString: strerror(errno))) }
        defer { unlink(aside) }
        let digits = (0..<4).map { _ in
            let part = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - part.count) + part
        }
        let bytes = Array((digits.joined() + "\n").utf8)
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        let isDurable = fsync(descriptor) == 0
        close(descriptor)
        guard written == bytes.count, isDurable else { throw unusable("it cannot be written") }
        guard link(aside, path) == 0 || errno == EEXIST else { throw unusable(String(cString: strerror(errno))) }
    }

    private func unusable(_ reason: String) -> ConfigurationError {
        ConfigurationError(code: "secret-file-unusable", "the secret file \(path) cannot be used: \(reason).")
    }
}
