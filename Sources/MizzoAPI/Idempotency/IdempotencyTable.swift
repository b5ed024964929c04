import FoundationEssentials
import GRDB
import HTTPTypes
import MizzoCatalog
import NIOCore

/// The API's own tables in the platform's database file.
public enum APIMigrations {
    /// Adds the tables. Identifiers carry the prefix `api-`. Times are milliseconds since 1970 UTC.
    public static func registerMigrations(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("api-0001-idempotency") { db in
            try db.execute(
                sql: """
                    CREATE TABLE idempotentAnswer (
                        user TEXT NOT NULL REFERENCES user(id),
                        key TEXT NOT NULL,
                        fingerprint BLOB NOT NULL,
                        status INTEGER NOT NULL,
                        headers TEXT NOT NULL,
                        body BLOB NOT NULL,
                        expiresAt INTEGER NOT NULL,
                        PRIMARY KEY (user, key)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX idempotentAnswerByExpiry ON idempotentAnswer(expiresAt);
                    """
            )
        }
    }
}

/// Answers by user and key.
enum IdempotencyTable {
    /// A kept answer and the request it belongs to.
    struct Kept: Sendable {
        let fingerprint: Data
        let answer: Answer
    }

    static func find(_ slot: IdempotencySlot, at now: Date, in db: Database) throws -> Kept? {
        let row = try Row.fetchOne(
            db,
            sql: "SELECT * FROM idempotentAnswer WHERE user = ? AND key = ? AND expiresAt > ?",
            arguments: [slot.user, slot.key, milliseconds(now)]
        )
        return try row.map { row in
            let fields = try JSONDecoder().decode([[String]].self, from: Data((row["headers"] as String).utf8))
            var headers = HTTPFields()
            for field in fields where field.count == 2 {
                if let name = HTTPField.Name(field[0]) { headers.append(HTTPField(name: name, value: field[1])) }
            }
            let answer = Answer(
                status: HTTPResponse.Status(code: row["status"]),
                headers: headers,
                body: ByteBuffer(bytes: row["body"] as Data)
            )
            return Kept(fingerprint: row["fingerprint"], answer: answer)
        }
    }

    /// Keeps the answer, in place of an expired one; forgets some answers that have expired.
    static func keep(_ kept: Kept, in slot: IdempotencySlot, until expiry: Date, at now: Date, in db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM idempotentAnswer WHERE (user, key) IN
                    (SELECT user, key FROM idempotentAnswer WHERE expiresAt <= ? ORDER BY expiresAt LIMIT 100)
                """,
            arguments: [milliseconds(now)]
        )
        let fields = kept.answer.headers.map { [$0.name.rawName, $0.value] }
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO idempotentAnswer (user, key, fingerprint, status, headers, body, expiresAt)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                slot.user, slot.key, kept.fingerprint, kept.answer.status.code,
                String(decoding: try JSONEncoder().encode(fields), as: UTF8.self),
                Data(kept.answer.body.readableBytesView), milliseconds(expiry),
            ]
        )
    }

    private static func milliseconds(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1000).rounded()) }
}
