import GRDB

/// The engine's tables, as migrations. Times are milliseconds since 1970; "never" is the largest 64-bit integer
/// (9223372036854775807), so that comparisons need no special case.
package enum WorkflowSchema {
    /// How the names of the engine's migrations begin.
    static let migrationPrefix = "workflow-"

    /// Adds the engine's migrations to those of an application.
    package static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("workflow-0001") { database in
            try database.execute(sql: runs)
            try database.execute(sql: messages)
            try database.execute(sql: activities)
            try database.execute(sql: rest)
        }
    }

    private static let runs = """
        CREATE TABLE runs (
            run_key INTEGER PRIMARY KEY,
            run_id TEXT NOT NULL,
            workflow_id TEXT NOT NULL,
            workflow_type TEXT NOT NULL,
            task_queue TEXT NOT NULL,
            status INTEGER NOT NULL,
            start_time INTEGER NOT NULL,
            close_time INTEGER,
            owner INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            wake_at INTEGER NOT NULL,
            next_event_id INTEGER NOT NULL,
            history_bytes INTEGER NOT NULL,
            last_message_id INTEGER NOT NULL DEFAULT 0,
            cancel_requested INTEGER NOT NULL DEFAULT 0,
            start_request_id TEXT NOT NULL,
            blocked BLOB,
            waits BLOB,
            carried_tasks BLOB
        ) STRICT;
        CREATE INDEX runs_by_workflow_id ON runs (workflow_id, run_key);
        CREATE INDEX runs_to_claim ON runs (task_queue, wake_at) WHERE status = 1 AND owner = 0;
        CREATE INDEX runs_by_status ON runs (status, workflow_type, run_key);
        CREATE INDEX runs_blocked ON runs (run_key) WHERE blocked IS NOT NULL;
        """

    private static let messages = """
        CREATE TABLE history (
            run_key INTEGER NOT NULL,
            first_event_id INTEGER NOT NULL,
            events BLOB NOT NULL,
            PRIMARY KEY (run_key, first_event_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE inbox (
            run_key INTEGER NOT NULL,
            message_id INTEGER NOT NULL,
            time INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            content BLOB NOT NULL,
            PRIMARY KEY (run_key, message_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE signal_requests (
            run_key INTEGER NOT NULL,
            request_id TEXT NOT NULL,
            PRIMARY KEY (run_key, request_id)
        ) STRICT, WITHOUT ROWID;
        """

    private static let activities = """
        CREATE TABLE tasks (
            run_key INTEGER NOT NULL,
            scheduled_event_id INTEGER NOT NULL,
            task_queue TEXT NOT NULL,
            activity_type TEXT NOT NULL,
            state INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            scheduled_time INTEGER NOT NULL,
            visible_at INTEGER NOT NULL,
            started_at INTEGER,
            worker INTEGER NOT NULL,
            identity TEXT NOT NULL,
            deadline INTEGER NOT NULL,
            deadline_type INTEGER,
            last_heartbeat INTEGER,
            cancel_requested INTEGER NOT NULL DEFAULT 0,
            scheduled BLOB NOT NULL,
            heartbeat_details BLOB,
            last_failure BLOB,
            PRIMARY KEY (run_key, scheduled_event_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tasks_visible ON tasks (task_queue, visible_at) WHERE state = 0;
        CREATE INDEX tasks_started ON tasks (worker, task_queue) WHERE state = 1;
        CREATE INDEX tasks_deadline ON tasks (deadline) WHERE deadline < 9223372036854775807;
        CREATE TABLE attempts (
            run_key INTEGER NOT NULL,
            scheduled_event_id INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            activity_type TEXT NOT NULL,
            identity TEXT NOT NULL,
            started_at INTEGER,
            ended_at INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            next_attempt_at INTEGER,
            failure BLOB,
            heartbeat_details BLOB,
            PRIMARY KEY (run_key, scheduled_event_id, attempt)
        ) STRICT, WITHOUT ROWID;
        """

    private static let rest = """
        CREATE TABLE timers (
            run_key INTEGER NOT NULL,
            started_event_id INTEGER NOT NULL,
            fire_time INTEGER NOT NULL,
            PRIMARY KEY (run_key, started_event_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE published (
            run_key INTEGER NOT NULL,
            name TEXT NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (run_key, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE workers (
            worker_key INTEGER PRIMARY KEY AUTOINCREMENT,
            identity TEXT NOT NULL,
            process_id INTEGER NOT NULL,
            build_id TEXT NOT NULL,
            registered_at INTEGER NOT NULL,
            workflow_types BLOB NOT NULL,
            activity_types BLOB NOT NULL,
            queues BLOB NOT NULL
        ) STRICT;
        """
}
