import FoundationEssentials

/// The error object of Google's APIs (`google.rpc.Status` as JSON), read as far as it is there.
///
/// Seen in practice: details missing, the object inside a one-element array, an HTML page instead.
struct GeminiErrorBody: Decodable, Sendable {
    struct Detail: Decodable, Sendable {
        struct Violation: Decodable, Sendable {
            let quotaId: String?
        }

        let reason: String?
        let retryDelay: String?
        let violations: [Violation]?
    }

    struct Envelope: Decodable, Sendable {
        let error: GeminiErrorBody
    }

    let message: String?
    let status: String?
    private let details: [Detail]?

    /// Reads a body; nil when it is not Google's error object.
    static func parse(_ body: Data) -> GeminiErrorBody? {
        let decoder = JSONDecoder()
        if let envelope = try? decoder.decode(Envelope.self, from: body) { return envelope.error }
        return (try? decoder.decode([Envelope].self, from: body))?.first?.error
    }

    var reasons: [String] { details?.compactMap(\.reason) ?? [] }

    var hitsDailyQuota: Bool {
        details?.contains { $0.violations?.contains { $0.quotaId?.contains("PerDay") ?? false } ?? false } ?? false
    }

    /// The delay of a `RetryInfo` detail.
    var retryDelay: Duration? { details?.lazy.compactMap { $0.retryDelay.flatMap(Self.duration) }.first }

    /// Reads the JSON form of `google.protobuf.Duration`: `22s`, `1.5s`, `0.25s`. Negative, absurd (over a week) or
    /// unreadable values are nil.
    static func duration(_ text: String) -> Duration? {
        guard text.last == "s", let seconds = Double(text.dropLast()), seconds.isFinite else { return nil }
        guard (0...604_800).contains(seconds) else { return nil }
        return .milliseconds(Int64((seconds * 1_000).rounded(.up)))
    }
}
