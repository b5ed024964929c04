import Glibc
import Synchronization

/// Ports of this machine for servers that must be told theirs.
///
/// They are not the kernel's: what it gives to sockets that ask for any (32768 and up), it may give to somebody else
/// between the asking and the server's start, and then tests talk to a stranger.
package enum LocalPort {
    private static let range = 20_000..<32_000
    private static let next = Mutex(Int.random(in: range))

    /// No port is free.
    package struct Exhausted: Error {}

    /// A port nobody listens on, never given twice by one process.
    package static func free() throws -> Int {
        for _ in range {
            let port = next.withLock { next in
                defer { next = next + 1 < range.upperBound ? next + 1 : range.lowerBound }
                return next
            }
            if isFree(port) { return port }
        }
        throw Exhausted()
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = UInt16(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
