import FoundationEssentials
import GRDB

/// All SQL on `cloudMessage`. Times are milliseconds since 1970.
///
/// A row is *dead* when `deadAt` is set; else *visible* when `visibleAt <= now`; else *in flight* when it has a
/// receipt, *delayed* when not.
enum MessageRow {
    static func insert(_ id: String, _ body: String, queue: String, at now: Int64, delay: Int64, _ db: Database) throws
    {
        let sql = "INSERT INTO cloudMessage (id, queue, body, sentAt, visibleAt) VALUES (?, ?, ?, ?, ?)"
        try db.execute(sql: sql, arguments: [id, queue, body, now, now + delay])
    }

    /// Gives up those of the next `limit` visible messages that had their last allowed delivery. Only these are looked at: a long
    /// queue must not be read with every batch.
    /// - Returns: how many; when there were some, others come next.
    static func buryExhausted(
        queue: String,
        limit: Int,
        after maximum: Int,
        at now: Int64,
        _ db: Database
    ) throws -> Int {
        let sql = """
            UPDATE cloudMessage SET deadAt = ?, deadReason = ?, receipt = NULL
            WHERE receiveCount >= ? AND position IN (
                SELECT position FROM cloudMessage WHERE queue = ? AND deadAt IS NULL AND visibleAt <= ?
                ORDER BY visibleAt, position LIMIT ?
            )
            """
        let reason = "received \(maximum) times without being deleted"
        try db.execute(sql: sql, arguments: [now, reason, maximum, queue, now, limit])
        return db.changesCount
    }

    static func readyPositions(queue: String, limit: Int, at now: Int64, _ db: Database) throws -> [Int64] {
        let sql = """
            SELECT position FROM cloudMessage WHERE queue = ? AND deadAt IS NULL AND visibleAt <= ?
            ORDER BY visibleAt, position LIMIT ?
            """
        return try Int64.fetchAll(db, sql: sql, arguments: [queue, now, limit])
    }

    /// Delivers a message. The handle is `<message id>.<delivery id>`.
    static func take(
        _ position: Int64,
        delivery: String,
        at now: Int64,
        until visibleAt: Int64,
        _ db: Database
    ) throws -> QueueMessage? {
        let sql = """
            UPDATE cloudMessage SET receipt = id || '.' || ?, visibleAt = ?, receiveCount = receiveCount + 1,
                firstReceivedAt = coalesce(firstReceivedAt, ?)
            WHERE position = ? RETURNING id, body, receipt, receiveCount, sentAt, firstReceivedAt
            """
        return try Row.fetchOne(db, sql: sql, arguments: [delivery, visibleAt, now, position]).map { row in
            QueueMessage(
                id: row["id"],
                body: row["body"],
                receipt: ReceiptHandle(rawValue: row["receipt"]),
                receiveCount: row["receiveCount"],
                sentAt: Date(milliseconds: row["sentAt"]),
                firstReceivedAt: Date(milliseconds: row["firstReceivedAt"])
            )
        }
    }

    /// Whether a row went: `false` when the handle is not the current delivery.
    static func delete(_ receipt: ReceiptHandle, queue: String, _ db: Database) throws -> Bool {
        let sql = "DELETE FROM cloudMessage WHERE queue = ? AND receipt = ?"
        try db.execute(sql: sql, arguments: [queue, receipt.rawValue])
        return db.changesCount == 1
    }

    /// Whether the message a handle was once given for still exists, alive or dead.
    static func exists(id: String, queue: String, _ db: Database) throws -> Bool {
        let sql = "SELECT EXISTS (SELECT 1 FROM cloudMessage WHERE queue = ? AND id = ?)"
        return try Bool.fetchOne(db, sql: sql, arguments: [queue, id]) ?? false
    }

    static func visibleAt(_ receipt: ReceiptHandle, queue: String, _ db: Database) throws -> Int64? {
        let sql = "SELECT visibleAt FROM cloudMessage WHERE queue = ? AND receipt = ?"
        return try Int64.fetchOne(db, sql: sql, arguments: [queue, receipt.rawValue])
    }

    static func hide(_ receipt: ReceiptHandle, queue: String, until visibleAt: Int64, _ db: Database) throws {
        let sql = "UPDATE cloudMessage SET visibleAt = ? WHERE queue = ? AND receipt = ?"
        try db.execute(sql: sql, arguments: [visibleAt, queue, receipt.rawValue])
    }

    static func bury(
        _ receipt: ReceiptHandle,
        queue: String,
        reason: String,
        at now: Int64,
        _ db: Database
    ) throws -> Bool {
        let sql = """
            UPDATE cloudMessage SET deadAt = ?, deadReason = ?, receipt = NULL WHERE queue = ? AND receipt = ?
            """
        try db.execute(sql: sql, arguments: [now, reason, queue, receipt.rawValue])
        return db.changesCount == 1
    }

    static func dead(queue: String, limit: Int, _ db: Database) throws -> [DeadLetter] {
        let sql = "SELECT * FROM cloudMessage WHERE queue = ? AND deadAt IS NOT NULL ORDER BY position LIMIT ?"
        return try Row.fetchAll(db, sql: sql, arguments: [queue, limit]).map { row in
            DeadLetter(
                id: row["id"],
                body: row["body"],
                receiveCount: row["receiveCount"],
                sentAt: Date(milliseconds: row["sentAt"]),
                deadAt: Date(milliseconds: row["deadAt"]),
                reason: row["deadReason"]
            )
        }
    }

    /// Revives all dead letters, or the one with `id`.
    static func revive(queue: String, id: String?, at now: Int64, _ db: Database) throws -> Int {
        let sql = """
            UPDATE cloudMessage SET deadAt = NULL, deadReason = NULL, receiveCount = 0, firstReceivedAt = NULL,
                visibleAt = ?
            WHERE queue = ? AND deadAt IS NOT NULL AND (? IS NULL OR id = ?)
            """
        try db.execute(sql: sql, arguments: [now, queue, id, id])
        return db.changesCount
    }

    static func counts(queue: String, at now: Int64, _ db: Database) throws -> QueueCounts {
        let sql = """
            SELECT
                count(*) FILTER (WHERE deadAt IS NULL AND visibleAt <= :now) AS visible,
                count(*) FILTER (WHERE deadAt IS NULL AND visibleAt > :now AND receipt IS NOT NULL) AS inFlight,
                count(*) FILTER (WHERE deadAt IS NULL AND visibleAt > :now AND receipt IS NULL) AS delayed,
                count(*) FILTER (WHERE deadAt IS NOT NULL) AS dead
            FROM cloudMessage WHERE queue = :queue
            """
        guard let row = try Row.fetchOne(db, sql: sql, arguments: ["now": now, "queue": queue]) else {
            return QueueCounts(visible: 0, inFlight: 0, delayed: 0, deadLetters: 0)
        }
        return QueueCounts(
            visible: row["visible"],
            inFlight: row["inFlight"],
            delayed: row["delayed"],
            deadLetters: row["dead"]
        )
    }
}
