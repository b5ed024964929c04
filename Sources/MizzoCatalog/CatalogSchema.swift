import GRDB

extension Catalog {
    /// Adds the catalogue's tables. Identifiers carry the prefix `catalog-`, so that other parts of the same file can
    /// register their own. A released migration is never edited; changes come as new ones.
    ///
    /// Times are milliseconds since 1970 UTC. JSON columns are text.
    public static func registerMigrations(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("catalog-0001-domain") { db in
            try db.execute(sql: people)
            try db.execute(sql: tracks)
            try db.execute(sql: decisionsAndAudit)
            try db.execute(sql: lyrics)
            try db.execute(sql: notifications)
        }
        migrator.registerMigration("catalog-0002-reviews") { db in
            try db.execute(sql: reviews)
            try db.execute(sql: playlists)
            try db.execute(sql: applications)
            try db.execute(sql: "ALTER TABLE notification ADD COLUMN subject TEXT")
            try db.execute(sql: "ALTER TABLE lyrics ADD COLUMN version INTEGER NOT NULL DEFAULT 1")
        }
        migrator.registerMigration("catalog-0003-upload-parts") { db in
            try db.execute(sql: "ALTER TABLE uploadTicket ADD COLUMN storeUploadID TEXT")
            try db.execute(sql: "ALTER TABLE uploadTicket ADD COLUMN partByteCount INTEGER")
        }
    }

    private static let people = """
        CREATE TABLE user (
            id TEXT NOT NULL PRIMARY KEY,
            role TEXT NOT NULL CHECK (role IN ('listener', 'artist', 'admin')),
            name TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            disabledAt INTEGER
        ) STRICT;
        CREATE TABLE uploadTicket (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL REFERENCES user(id),
            kind TEXT NOT NULL CHECK (kind IN ('audio', 'poster')),
            objectKey TEXT NOT NULL UNIQUE,
            contentType TEXT NOT NULL,
            byteCountMax INTEGER NOT NULL,
            createdAt INTEGER NOT NULL,
            expiresAt INTEGER NOT NULL,
            usedAt INTEGER,
            sealedAt INTEGER,
            pinnedKey TEXT,
            etag TEXT,
            byteCount INTEGER,
            sha256 TEXT
        ) STRICT;
        CREATE INDEX uploadTicketByExpiry ON uploadTicket(expiresAt) WHERE usedAt IS NULL;
        """

    private static let tracks = """
        CREATE TABLE track (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL REFERENCES user(id),
            title TEXT NOT NULL,
            language TEXT NOT NULL,
            duration INTEGER NOT NULL,
            tags TEXT NOT NULL,
            lyricsText TEXT,
            posterKey TEXT,
            secondaryArtists TEXT NOT NULL,
            contentFlags TEXT NOT NULL,
            status TEXT NOT NULL,
            statusReason TEXT,
            progress INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
            audioFacts TEXT,
            registration TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            version INTEGER NOT NULL DEFAULT 1
        ) STRICT;
        CREATE INDEX trackByOwner ON track(owner, createdAt, id);
        CREATE INDEX trackByStatus ON track(status, createdAt, id);
        """

    private static let decisionsAndAudit = """
        CREATE TABLE trackDecision (
            trackID TEXT NOT NULL PRIMARY KEY REFERENCES track(id),
            approved INTEGER NOT NULL,
            reason TEXT,
            admin TEXT NOT NULL REFERENCES user(id),
            decidedAt INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE trackAudit (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            trackID TEXT NOT NULL REFERENCES track(id),
            actor TEXT NOT NULL,
            at INTEGER NOT NULL,
            fromStatus TEXT,
            toStatus TEXT NOT NULL,
            reason TEXT,
            note TEXT
        ) STRICT;
        CREATE INDEX trackAuditByTrack ON trackAudit(trackID, id);
        """

    private static let lyrics = """
        CREATE TABLE lyrics (
            trackID TEXT NOT NULL PRIMARY KEY REFERENCES track(id),
            status TEXT NOT NULL CHECK (status IN ('PENDING', 'COMPLETED', 'FAILED')),
            generation INTEGER NOT NULL DEFAULT 1,
            document TEXT,
            reason TEXT,
            provider TEXT,
            updatedAt INTEGER NOT NULL
        ) STRICT;
        """

    private static let notifications = """
        CREATE TABLE notification (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            user TEXT NOT NULL REFERENCES user(id),
            kind TEXT NOT NULL,
            trackID TEXT REFERENCES track(id),
            title TEXT NOT NULL,
            body TEXT NOT NULL,
            occasion TEXT NOT NULL UNIQUE,
            createdAt INTEGER NOT NULL,
            readAt INTEGER,
            deletedAt INTEGER
        ) STRICT;
        CREATE INDEX notificationInbox ON notification(user, (readAt IS NOT NULL), id DESC) WHERE deletedAt IS NULL;
        """

    private static let reviews = """
        CREATE TABLE reviewDecision (
            subject TEXT NOT NULL,
            round INTEGER NOT NULL,
            approved INTEGER NOT NULL,
            reason TEXT,
            admin TEXT NOT NULL REFERENCES user(id),
            decidedAt INTEGER NOT NULL,
            PRIMARY KEY (subject, round)
        ) STRICT;
        CREATE TABLE statusAudit (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            subject TEXT NOT NULL,
            actor TEXT NOT NULL,
            at INTEGER NOT NULL,
            fromStatus TEXT,
            toStatus TEXT NOT NULL,
            reason TEXT,
            note TEXT
        ) STRICT;
        CREATE INDEX statusAuditBySubject ON statusAudit(subject, id);
        """

    private static let playlists = """
        CREATE TABLE playlist (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL REFERENCES user(id),
            title TEXT NOT NULL,
            about TEXT,
            tracks TEXT NOT NULL,
            contentFlags TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('REVIEWING', 'PUBLISHED', 'BLOCKED')),
            statusReason TEXT,
            round INTEGER NOT NULL DEFAULT 1,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            version INTEGER NOT NULL DEFAULT 1
        ) STRICT;
        CREATE INDEX playlistByOwner ON playlist(owner, createdAt, id);
        CREATE INDEX playlistByStatus ON playlist(status, createdAt, id);
        """

    private static let applications = """
        CREATE TABLE artistApplication (
            id TEXT NOT NULL PRIMARY KEY,
            applicant TEXT NOT NULL REFERENCES user(id),
            artistName TEXT NOT NULL,
            statement TEXT NOT NULL,
            contentFlags TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('REVIEWING', 'APPROVED', 'REJECTED')),
            statusReason TEXT,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            version INTEGER NOT NULL DEFAULT 1
        ) STRICT;
        CREATE INDEX artistApplicationByApplicant ON artistApplication(applicant, createdAt, id);
        CREATE INDEX artistApplicationByStatus ON artistApplication(status, createdAt, id);
        CREATE UNIQUE INDEX artistApplicationOpen ON artistApplication(applicant) WHERE status = 'REVIEWING';
        """
}
