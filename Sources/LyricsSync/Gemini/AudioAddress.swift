/// Whether an address can be reached from the public internet, judged by its text only.
enum AudioAddress {
    /// False for anything but `https`, and for this machine, private networks and names without a dot.
    static func isPublic(_ url: String) -> Bool {
        guard url.lowercased().hasPrefix("https://") else { return false }
        let authority = url.dropFirst(8).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = host(of: authority.split(separator: "@").last ?? "").lowercased()
        guard !host.hasPrefix("["), host.contains("."), !host.isEmpty else { return false }
        let privateSuffixes = [".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".localdomain"]
        guard !privateSuffixes.contains(where: host.hasSuffix) else { return false }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard octets.count == 4, let first = octets[0], let second = octets[1] else { return true }
        switch (first, second) {
        case (0, _), (10, _), (127, _), (169, 254), (192, 168), (172, 16...31), (100, 64...127), (224..., _):
            return false
        default: return true
        }
    }

    private static func host(of authority: Substring) -> String {
        // An IPv6 literal keeps its brackets; the model's fetcher is not expected to take one.
        authority.hasPrefix("[") ? String(authority) : String(authority.prefix { $0 != ":" })
    }
}
