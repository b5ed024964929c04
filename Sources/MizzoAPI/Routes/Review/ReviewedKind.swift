import DurableSQLite
import GRDB
import Hummingbird
import MizzoCatalog

/// What an admin does about something under review (approve, reject) or reviewed before (block, unblock).
enum ReviewVerb: String, CaseIterable, Sendable {
    case approve, reject, block, unblock

    /// Whoever is refused something is told why; what is allowed may be commented.
    var needsReason: Bool { self == .reject || self == .block }
}

/// A kind of thing that admins review: what is special about it. The routes that all kinds share are ``ReviewRoutes``.
protocol ReviewedKind: Sendable {
    associatedtype ID: Sendable
    associatedtype Item: Sendable
    associatedtype View: Encodable & Described
    associatedtype Filter: Sendable
    associatedtype Position: Codable & Sendable

    var naming: ReviewNaming { get }
    /// Besides `status`.
    var filters: [Parameter] { get }
    /// Besides those of every kind.
    var verdictProblems: [ProblemKind] { get }

    /// What the request asks for, and the words that bind cursors to it.
    func filter(of request: Request) throws -> (Filter, words: [String?])
    func items(matching filter: Filter, after position: Position?, limit: Int, in db: Database) throws -> [Item]
    func position(after item: Item) -> Position

    /// The `{id}` of the path.
    func id(in context: APIContext) throws -> ID
    /// - Throws: the kind's 404.
    func item(_ id: ID, in db: Database) throws -> Item
    func tag(of item: Item) -> String
    func view(of item: Item, _ verdict: ReviewDecision?) -> View
    /// Empty for something that is missing.
    func trail(of id: ID, in db: Database) throws -> [AuditView]

    /// Records the verdict with its audit row, once, and hands it to the workflow that carries it out.
    func decide(_ id: ID, _ verdict: ReviewDecision, in db: Database) throws
}

/// A kind that admins also moderate after its review.
protocol ModeratedKind: ReviewedKind {
    /// Moves the status with its audit row and the owner's notification.
    func moderate(_ id: ID, _ step: Moderation, in db: Database) throws
}

/// How routes speak of a kind.
struct ReviewNaming: Sendable {
    /// As in the path below `/admin`, and the first part of problem codes.
    let path: String
    /// As in `Approve a playlist`.
    let one: String
    /// As in `Playlists in a status`.
    let many: String
    /// The order of the queue.
    let order: String
    let id: Parameter
    let statuses: Schema
    let notFound: ProblemKind
    let stale: ProblemKind
    let illegalMove: ProblemKind
}
