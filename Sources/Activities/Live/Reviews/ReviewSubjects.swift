import ActivityContracts
import MizzoCatalog
import WorkflowEngine

extension ReviewReference {
    /// What the review is about, as the catalogue names it. A workflow that was started with another id can never
    /// succeed.
    func subject() throws(ApplicationError) -> CatalogSubject {
        let subject: CatalogSubject? =
            switch kind {
            case .track: TrackID(rawValue: id).map(CatalogSubject.track)
            case .playlist: PlaylistID(rawValue: id).map(CatalogSubject.playlist)
            case .application: ApplicationID(rawValue: id).map(CatalogSubject.application)
            }
        guard let subject else {
            throw ApplicationError(
                "\"\(id)\" is no id of a \(kind.rawValue): expected 8 to 64 of a-z, 0-9 and inner hyphens",
                type: "review-id-not-valid",
                nonRetryable: true
            )
        }
        return subject
    }
}
