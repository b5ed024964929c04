import FoundationEssentials

/// SigV4's basic ISO 8601 times in UTC, one-second resolution: `20260102T030405Z`.
enum SigV4Date {
    static func text(_ date: Date) -> String {
        date.formatted(style)
    }

    /// Strict: exactly sixteen characters, a real calendar time. `nil` otherwise.
    static func parse(_ text: String) -> Date? {
        guard text.utf8.count == 16, let date = try? style.parse(text), Self.text(date) == text else { return nil }
        return date
    }

    private static let style = Date.ISO8601FormatStyle(
        dateSeparator: .omitted,
        dateTimeSeparator: .standard,
        timeSeparator: .omitted,
        timeZoneSeparator: .omitted,
        includingFractionalSeconds: false,
        timeZone: .gmt
    )
}

/// The day, region and service a signing key is good for.
struct CredentialScope: Sendable, Equatable {
    static let algorithm = "AWS4-HMAC-SHA256"

    let day: String
    let region: String
    let service: String

    init(date: Date, region: String, service: String) {
        self.day = String(SigV4Date.text(date).prefix(8))
        self.region = region
        self.service = service
    }

    var text: String { "\(day)/\(region)/\(service)/aws4_request" }
}
