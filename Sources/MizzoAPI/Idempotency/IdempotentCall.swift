import Crypto
import DurableSQLite
import FoundationEssentials
import GRDB
import HTTPTypes
import Hummingbird
import MizzoCatalog
import NIOCore
import Synchronization

/// A user's key.
struct IdempotencySlot: Hashable, Sendable {
    let user: UserID
    let key: String

    /// The key of an `Idempotency-Key` field, bare or as a quoted string (RFC 8941, section 3.3.3).
    ///
    /// - Throws: 400 for anything but 1 to 255 visible ASCII characters.
    init(user: UserID, field: String) throws {
        let isQuoted = field.utf8.count > 1 && field.hasPrefix("\"") && field.hasSuffix("\"")
        let key = isQuoted ? String(field.dropFirst().dropLast()) : field
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem.badParameter("Idempotency-Key", "Expected 1 to 255 visible ASCII characters.")
        }
        self.user = user
        self.key = key
    }
}

/// A `POST` with an `Idempotency-Key`: its answer is kept in the transaction of its effect, so that after any crash
/// either both are there or neither.
final class IdempotentCall: Sendable {
    let slot: IdempotencySlot
    private let fingerprint: Data
    private let lifetime: TimeInterval

    init(slot: IdempotencySlot, request: Request, body: ByteBuffer, lifetime: TimeInterval) {
        self.slot = slot
        self.lifetime = lifetime
        var hash = SHA256()
        hash.update(data: Data("\(request.method.rawValue) \(request.head.path ?? "")\n".utf8))
        hash.update(data: body.readableBytesView)
        fingerprint = Data(hash.finalize())
    }

    /// The answer given before, or `nil`.
    ///
    /// - Throws: 422 when the key was used for another request.
    func earlier(at now: Date, in db: Database) throws -> Answer? {
        guard let kept = try IdempotencyTable.find(slot, at: now, in: db) else { return nil }
        guard kept.fingerprint == fingerprint else {
            throw Problem(
                .idempotencyKeyReused,
                "The key \(slot.key.quotedForDetail) belongs to a request with another path or body. Use a new key."
            )
        }
        var answer = kept.answer
        answer.headers[.idempotentReplay] = "true"
        return answer
    }

    /// Runs the effect and keeps its answer in one transaction; an answer that another process has kept meanwhile is
    /// given instead, and the effect does not happen.
    func run(
        in database: any DatabaseAccess,
        at now: Date,
        _ effect: @escaping @Sendable (Database) throws -> Answer
    ) async throws -> Answer {
        let (slot, fingerprint, expiry) = (slot, fingerprint, now.addingTimeInterval(lifetime))
        return try await database.write { db in
            if let earlier = try self.earlier(at: now, in: db) { return earlier }
            let answer = try effect(db)
            let kept = IdempotencyTable.Kept(fingerprint: fingerprint, answer: answer)
            try IdempotencyTable.keep(kept, in: slot, until: expiry, at: now, in: db)
            return answer
        }
    }
}

/// The keys whose requests this process is answering now.
final class KeysInFlight: Sendable {
    private let slots = Mutex<Set<IdempotencySlot>>([])

    /// Runs `body` unless a request with this key is under way.
    ///
    /// - Throws: 409 if one is.
    func holding<Value>(_ slot: IdempotencySlot, _ body: () async throws -> Value) async throws -> Value {
        guard slots.withLock({ $0.insert(slot).inserted }) else {
            throw Problem(
                .idempotencyKeyInUse,
                "The request with the key \(slot.key.quotedForDetail) is still being answered. Repeat it in a moment.",
                headers: [.retryAfter: "1"]
            )
        }
        defer { slots.withLock { _ = $0.remove(slot) } }
        return try await body()
    }
}

extension APIContext {
    /// Runs `effect` as one transaction and answers what it returns. The answer of a `POST` with an `Idempotency-Key` is
    /// kept in the same transaction, and given again without the effect when the request is repeated.
    func transact(
        in database: any DatabaseAccess,
        at now: Date,
        _ effect: @escaping @Sendable (Database) throws -> Answer
    ) async throws -> Response {
        guard let idempotency else { return try await database.write(effect).response }
        return try await idempotency.run(in: database, at: now, effect).response
    }
}
