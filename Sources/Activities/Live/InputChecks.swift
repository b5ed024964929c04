import MizzoCatalog
import WorkflowEngine

extension TrackID {
    /// The id in an activity's input. A workflow that was started with another text can never succeed.
    init(checking text: String) throws(ApplicationError) {
        guard let id = TrackID(rawValue: text) else { throw .idNotValid(text, of: "track") }
        self = id
    }
}

extension UploadID {
    /// The id in an activity's input. A workflow that was started with another text can never succeed.
    init(checking text: String) throws(ApplicationError) {
        guard let id = UploadID(rawValue: text) else { throw .idNotValid(text, of: "upload") }
        self = id
    }
}

extension ApplicationError {
    fileprivate static func idNotValid(_ text: String, of noun: String) -> ApplicationError {
        ApplicationError(
            "\"\(text)\" is no \(noun) id: expected 8 to 64 of a-z, 0-9 and inner hyphens",
            type: "\(noun)-id-not-valid",
            nonRetryable: true
        )
    }
}

extension CatalogError {
    /// The catalogue refuses for good: the same change will be refused again.
    var asFinalFailure: ApplicationError { ApplicationError(description, type: code, nonRetryable: true) }
}

/// Runs a change of the catalogue; what the catalogue refuses is not tried again.
@discardableResult
func changingCatalog<Value>(_ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let error as CatalogError {
        throw error.asFinalFailure
    }
}
