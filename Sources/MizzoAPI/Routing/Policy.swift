import HTTPTypes
import Hummingbird
import MizzoCatalog

/// Whose objects a route reads or changes. The role says who may call it; this says what the caller then finds.
enum Ownership: String, Sendable, CaseIterable {
    /// The route names no object, or only things that are the caller's own anyway.
    case unowned
    /// The caller's own objects; somebody else's looks exactly like one that does not exist.
    case own
    /// The caller's own objects, and every object for admins; for others they do not exist.
    case ownOrAdmin = "own-or-admin"
    /// What is published; owner and admins also find the rest, for others it does not exist.
    case visible
    /// What is published; the rest is known to exist and refused with 403, besides previews.
    case playable
    /// Every object: the role alone decides.
    case any
}

/// Who may call a route.
enum Audience: Equatable, Sendable {
    /// Everybody; a token, if sent, must be valid.
    case everyone
    /// Signed-in users of these roles.
    case roles(Set<Role>)
    /// Whoever signed the request with the object store's own kind of credentials.
    case signatory
}

/// Who may call a route and what they find there. Its type fixes the handler's: behind `.roles` there is always a
/// principal, so a handler cannot be reached around its policy.
struct Policy<Handler: Sendable>: Sendable {
    let audience: Audience
    let ownership: Ownership
    let guarding: @Sendable (Handler) -> Endpoint.Access
}

extension Policy where Handler == Endpoint.OpenHandler {
    /// Everybody.
    static func open(_ ownership: Ownership) -> Self {
        Policy(audience: .everyone, ownership: ownership) { .open($0) }
    }
}

extension Policy where Handler == Endpoint.Handler {
    /// Signed-in users of these roles.
    static func roles(_ roles: Set<Role>, _ ownership: Ownership) -> Self {
        Policy(audience: .roles(roles), ownership: ownership) { .roles(roles, $0) }
    }
}

extension Policy where Handler == Endpoint.DelegatedHandler {
    /// Requests that carry their own signature.
    static var signed: Self { Policy(audience: .signatory, ownership: .unowned) { .delegated($0) } }
}

extension Set<Role> {
    /// Every signed-in user.
    static var signedIn: Self { Set(Role.allCases) }
}
