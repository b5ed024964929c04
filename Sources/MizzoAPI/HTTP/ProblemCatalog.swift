import HTTPTypes
import Hummingbird
import MizzoCatalog
import NIOCore

/// The problems that more than one route gives.
extension Problem {
    static func trackNotFound(_ id: String) -> Problem {
        Problem(
            .notFound,
            code: "track-not-found",
            title: "There is no such track",
            detail: "Track \(id.quotedForDetail) does not exist or is not yours to see."
        )
    }

    static func validation(_ errors: [FieldError]) -> Problem {
        Problem(
            .unprocessableContent,
            code: "validation-failed",
            title: "The request has invalid members",
            detail: "\(errors.count) member(s) are invalid; see errors.",
            errors: errors
        )
    }

    static func badParameter(_ name: String, _ detail: String) -> Problem {
        Problem(
            .badRequest,
            code: "parameter-invalid",
            title: "A query parameter or header is invalid",
            detail: "\(name): \(detail)"
        )
    }

    static func stale(_ detail: String) -> Problem {
        Problem(
            .preconditionFailed,
            code: "track-version-stale",
            title: "The track has changed since it was read",
            detail: detail
        )
    }

    /// What the outside may know of an error, or `nil` for one that is our own fault.
    static func describing(_ error: any Error) -> Problem? {
        switch error {
        case let problem as Problem: problem
        case let error as CatalogError: describing(catalog: error)
        case is NIOTooManyBytesError: bodyTooLarge
        case let error as HTTPError: describing(status: error.status)
        case let error as any HTTPResponseError: describing(status: error.status)
        default: nil
        }
    }

    static let bodyTooLarge = Problem(
        .contentTooLarge,
        code: "body-too-large",
        title: "The body is too large",
        detail: "The body exceeds the limit for JSON requests. Send less."
    )

    private static func describing(catalog error: CatalogError) -> Problem? {
        let (status, title): (HTTPResponse.Status, String)
        switch error {
        case .trackNotFound(let id): return trackNotFound(id.rawValue)
        case .corruptColumn: return nil
        case .staleVersion: return stale(error.description)
        case .illegalMove: (status, title) = (.conflict, "The track cannot move to that status")
        case .notReviewable(_, _, let earlier?):
            let verdict = earlier.approved ? "approved" : "rejected"
            return Problem(
                .conflict,
                code: "track-already-decided",
                title: "The track was decided before",
                detail: "\(error.description) This decision changes nothing; the track stays \(verdict)."
            )
        case .notReviewable: (status, title) = (.conflict, "The track is not under review")
        case .uploadNotFound: (status, title) = (.notFound, "There is no such upload")
        case .uploadSealed: (status, title) = (.conflict, "The upload is sealed")
        }
        return Problem(status, code: error.code, title: title, detail: error.description)
    }

    private static func describing(status: HTTPResponse.Status) -> Problem? {
        switch status {
        case .notFound:
            Problem(
                .notFound,
                code: "route-not-found",
                title: "There is nothing here",
                detail: "No route has this path. See the API's documentation."
            )
        case .contentTooLarge: bodyTooLarge
        default:
            status.kind == .clientError
                ? Problem(
                    status,
                    code: "request-refused",
                    title: "The request was refused",
                    detail: "The server cannot take this request as it is."
                ) : nil
        }
    }
}

extension String {
    /// At most 64 printable ASCII characters, so that an answer never repeats hostile input.
    var quotedForDetail: String {
        let safe = unicodeScalars.prefix(64).filter { $0.isASCII && $0.value > 0x20 && $0.value < 0x7F && $0 != "\"" }
        return "\"" + String(String.UnicodeScalarView(safe)) + "\""
    }
}
