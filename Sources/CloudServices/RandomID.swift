/// Ids of uploads, messages and deliveries: 128 random bits in lower-case hex.
public enum RandomID {
    /// A fresh id from the system's secure generator.
    @Sendable
    public static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return URIEncoding.hex((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
