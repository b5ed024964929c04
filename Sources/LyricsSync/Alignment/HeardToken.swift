/// One token the aligner heard.
struct HeardToken: Sendable, Equatable {
    /// Index into ``AlignmentScript/tokens``.
    let token: Int
    let startMs: Int
    let endMs: Int

    /// Reads `pocketsphinx_continuous -time yes` output: lines of `w12(2) 0.710 0.790 0.99`; everything else is not a
    /// token.
    static func parse(_ output: String) -> [HeardToken] {
        output.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count == 4, let start = Double(fields[1]), let end = Double(fields[2]) else { return nil }
            let name = fields[0].prefix { $0 != "(" }
            guard name.hasPrefix("w"), let token = Int(name.dropFirst()), start >= 0, end < 1e6 else { return nil }
            // The end is the last frame that belongs to the word; a frame is 10 ms.
            return HeardToken(
                token: token,
                startMs: Int((start * 1_000).rounded()),
                endMs: Int((end * 1_000).rounded()) + 10
            )
        }
    }
}
