import FoundationEssentials
import HTTPTypes
import Hummingbird

/// The conditions of a request against one representation (RFC 9110, section 13), in the order of section 13.2.2.
struct Precondition: Sendable {
    enum Verdict: Equatable, Sendable { case proceed, notModified, failed }

    /// Strong, with quotes.
    let tag: String
    let modifiedAt: Date?
    let now: Date

    func verdict(on request: Request) -> Verdict {
        let headers = request.headers
        if let field = headers[.ifMatch] {
            guard EntityTag.matches(field, tag: tag) else { return .failed }
        } else if let since = date(headers[.ifUnmodifiedSince]), let modified = seconds, modified > since {
            return .failed
        }
        if let field = headers[.ifNoneMatch] {
            return EntityTag.noneMatchHits(field, tag: tag) ? .notModified : .proceed
        }
        if let since = date(headers[.ifModifiedSince]), let modified = seconds, modified <= since {
            return .notModified
        }
        return .proceed
    }

    /// Whether `Range` counts: `If-Range` is absent, or this very tag, or exactly the date of a change so long ago that
    /// the date cannot stand for two versions (section 8.8.2.2). A weak tag never does.
    func allowsRange(_ request: Request) -> Bool {
        guard let condition = request.headers[.ifRange] else { return true }
        if condition.contains("\"") { return condition == tag }
        guard let held = date(condition), let modified = seconds else { return false }
        return held == modified && now.timeIntervalSince1970 - Double(modified) >= 1
    }

    private var seconds: Int64? { modifiedAt.map { Int64($0.timeIntervalSince1970.rounded(.down)) } }

    private func date(_ field: String?) -> Int64? {
        field.flatMap { HTTPTime.date($0) }.map { Int64($0.timeIntervalSince1970) }
    }
}
