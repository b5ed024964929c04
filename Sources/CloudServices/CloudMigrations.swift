import GRDB

/// The tables of the embedded store and queue.
public enum CloudMigrations {
    /// Adds this target's migrations; identifiers begin with `cloud-`. Call once, before the stores are used.
    public static func registerMigrations(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("cloud-1-objects", migrate: createObjects)
        migrator.registerMigration("cloud-2-queues", migrate: createQueues)
        migrator.registerMigration("cloud-3-multipart", migrate: createUploads)
        migrator.registerMigration("cloud-4-metadata") { database in
            try database.execute(sql: "ALTER TABLE cloudObject ADD COLUMN metadata TEXT")
            try database.execute(sql: "ALTER TABLE cloudUpload ADD COLUMN metadata TEXT")
        }
    }

    private static func createObjects(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE cloudObject (
                    bucket TEXT NOT NULL,
                    key TEXT NOT NULL,
                    blob TEXT NOT NULL UNIQUE,
                    size INTEGER NOT NULL CHECK (size >= 0),
                    etag TEXT NOT NULL,
                    sha256 TEXT NOT NULL,
                    contentType TEXT NOT NULL,
                    createdAt INTEGER NOT NULL,
                    PRIMARY KEY (bucket, key)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE cloudSequence (value INTEGER NOT NULL) STRICT;
                INSERT INTO cloudSequence (value) VALUES (0);
                """
        )
    }

    private static func createQueues(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE cloudMessage (
                    position INTEGER PRIMARY KEY AUTOINCREMENT,
                    id TEXT NOT NULL UNIQUE,
                    queue TEXT NOT NULL,
                    body TEXT NOT NULL,
                    sentAt INTEGER NOT NULL,
                    visibleAt INTEGER NOT NULL,
                    receiveCount INTEGER NOT NULL DEFAULT 0,
                    firstReceivedAt INTEGER,
                    receipt TEXT UNIQUE,
                    deadAt INTEGER,
                    deadReason TEXT
                ) STRICT;
                CREATE INDEX cloudMessageReady ON cloudMessage (queue, visibleAt, position) WHERE deadAt IS NULL;
                CREATE INDEX cloudMessageDead ON cloudMessage (queue, position) WHERE deadAt IS NOT NULL;
                """
        )
    }

    private static func createUploads(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE cloudUpload (
                    id TEXT NOT NULL PRIMARY KEY,
                    bucket TEXT NOT NULL,
                    key TEXT NOT NULL,
                    contentType TEXT NOT NULL,
                    createdAt INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE cloudPart (
                    upload TEXT NOT NULL,
                    number INTEGER NOT NULL,
                    blob TEXT NOT NULL UNIQUE,
                    size INTEGER NOT NULL CHECK (size >= 0),
                    etag TEXT NOT NULL,
                    PRIMARY KEY (upload, number)
                ) STRICT, WITHOUT ROWID;
                """
        )
    }
}
