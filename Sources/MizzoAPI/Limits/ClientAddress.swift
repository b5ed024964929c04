import Glibc

/// A range of IP addresses: `10.0.0.0/8`, `::1`.
public struct IPNetwork: Hashable, Sendable {
    private let bytes: [UInt8]
    private let prefix: Int

    /// Refuses everything that is not an address with an optional prefix length.
    public init?(_ text: String) {
        let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(halves[0])) else { return nil }
        let full = address.bytes.count * 8
        let prefix = halves.count == 1 ? full : Int(halves[1]) ?? -1
        guard (0...full).contains(prefix) else { return nil }
        bytes = address.bytes
        self.prefix = prefix
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == bytes.count else { return false }
        return (0..<prefix).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return address.bytes[bit / 8] & mask == bytes[bit / 8] & mask
        }
    }
}

/// An IP address as bytes; an IPv4 address inside IPv6 is the IPv4 address.
struct IPAddress: Hashable, Sendable {
    let bytes: [UInt8]

    /// An address in its text form; the zone of a link-local one (`%eth0`) does not count.
    init?(_ text: String) {
        let text = String(text.prefix { $0 != "%" })
        if let four = Self.parsed(text, AF_INET, byteCount: 4) {
            bytes = four
        } else if let six = Self.parsed(text, AF_INET6, byteCount: 16) {
            let isMapped = six.prefix(10).allSatisfy { $0 == 0 } && six[10] == 0xFF && six[11] == 0xFF
            bytes = isMapped ? Array(six[12...]) : six
        } else {
            return nil
        }
    }

    private static func parsed(_ text: String, _ family: Int32, byteCount: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// One caller, as far as an address can tell: an IPv4 address, or the /64 that an IPv6 client chooses freely from.
    var caller: String {
        guard bytes.count == 16 else { return bytes.map(String.init).joined(separator: ".") }
        let groups = (0..<4).map { String(UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]), radix: 16) }
        return groups.joined(separator: ":") + "/64"
    }
}

/// Where a request comes from.
enum ClientAddress {
    /// Hops of `X-Forwarded-For` that are looked at.
    static let hopCountMax = 32

    /// The address of the peer, or, behind trusted proxies, of the last one before them. What an untrusted peer says
    /// about itself is ignored, and so is everything to the left of the first untrusted hop.
    static func resolve(peer: IPAddress?, forwardedFor fields: [String], trusted: [IPNetwork]) -> IPAddress? {
        guard var client = peer else { return nil }
        let hops = fields.joined(separator: ",").split(separator: ",").suffix(hopCountMax)
        for hop in hops.reversed() {
            guard trusted.contains(where: { $0.contains(client) }),
                let next = IPAddress(String(hop.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
            else { break }
            client = next
        }
        return client
    }
}
