import HTTPTypes
import Hummingbird
import MizzoCatalog
import NIOCore

/// The problems that more than one route gives.
extension Problem {
    static func trackNotFound(_ id: String) -> Problem {
        Problem(.trackNotFound, "Track \(id.quotedForDetail) does not exist or is not yours to see.")
    }

    static func uploadNotFound(_ id: String) -> Problem {
        Problem(
            .uploadNotFound,
            "Upload \(id.quotedForDetail) does not exist or is not yours. Ask for an upload URL first."
        )
    }

    static func validation(_ errors: [FieldError]) -> Problem {
        Problem(.validationFailed, "\(errors.count) member(s) are invalid; see errors.", errors: errors)
    }

    static func badParameter(_ name: String, _ detail: String) -> Problem {
        Problem(.parameterInvalid, "\(name): \(detail)")
    }

    static func stale(_ detail: String) -> Problem { Problem(.trackVersionStale, detail) }

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

    static let bodyTooLarge = Problem(.bodyTooLarge, "The body exceeds the limit for JSON requests. Send less.")

    private static func describing(catalog error: CatalogError) -> Problem? {
        switch error {
        case .trackNotFound(let id): return trackNotFound(id.rawValue)
        case .corruptColumn: return nil
        case .staleVersion: return stale(error.description)
        case .notFound(let subject): return .notFound(subject)
        case .staleSubject(let subject, _, _): return Problem(.stale(subject), error.description)
        case .alreadyDecided(let subject, _, _): return Problem(.alreadyDecided(subject), error.description)
        case .illegalMove(let subject, _, _, _): return Problem(.illegalMove(subject), error.description)
        case .applicationNotPossible: return Problem(.applicationNotPossible, error.description)
        case .lyricsPending: return Problem(.lyricsPending, error.description)
        case .staleLyrics: return Problem(.lyricsVersionStale, error.description)
        case .notReviewable(_, _, let earlier?):
            let verdict = earlier.approved ? "approved" : "rejected"
            let detail = "\(error.description) This decision changes nothing; the track stays \(verdict)."
            return Problem(.trackAlreadyDecided, detail)
        case .notReviewable: return Problem(.trackNotReviewable, error.description)
        case .uploadNotFound: return Problem(.uploadNotFound, error.description)
        case .uploadSealed: return Problem(.uploadSealed, error.description)
        }
    }

    private static func describing(status: HTTPResponse.Status) -> Problem? {
        switch status {
        case .notFound: return Problem(.routeNotFound, "No route has this path. See the API's documentation.")
        case .contentTooLarge: return bodyTooLarge
        default:
            guard status.kind == .clientError else { return nil }
            var problem = Problem(.requestRefused, "The server cannot take this request as it is.")
            problem.status = status
            return problem
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
