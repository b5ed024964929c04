/// The platform's domain: users, uploads, tracks, lyrics and notifications over SQLite.
///
/// Every function is synchronous over a GRDB `Database`, so that calls compose into the caller's one transaction:
/// either all of a use case is on disk or nothing is. Nothing here reads a clock or makes up an identifier; callers pass both.
public enum Catalog {}
