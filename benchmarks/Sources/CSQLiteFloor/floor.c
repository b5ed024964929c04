#include "floor.h"
#include <string.h>
#include <time.h>

double floor_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int floor_step(sqlite3_stmt *statement) {
    int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE ? 0 : 1;
}

static int prepare(struct floor *floor) {
    struct { sqlite3_stmt **into; const char *sql; } statements[] = {
        {&floor->begin, "BEGIN IMMEDIATE"},
        {&floor->commit, "COMMIT"},
        {&floor->insert_run, "INSERT INTO runs(name, status, sequence) VALUES(?, 1, 2)"},
        {&floor->insert_event, "INSERT INTO history(run_key, sequence, payload) VALUES(?, ?, ?)"},
        {&floor->update_run, "UPDATE runs SET sequence = ? WHERE run_key = ?"},
        {&floor->insert_timer, "INSERT INTO timers(run_key, sequence) VALUES(?, 1)"},
        {&floor->delete_timer, "DELETE FROM timers WHERE run_key = ? AND sequence = 1"},
    };
    for (unsigned i = 0; i < sizeof statements / sizeof *statements; i++)
        if (sqlite3_prepare_v2(floor->database, statements[i].sql, -1, statements[i].into, 0) != SQLITE_OK) return 1;
    return 0;
}

int floor_open(struct floor *floor, const char *path) {
    const char *schema =
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE IF NOT EXISTS runs(run_key INTEGER PRIMARY KEY, name INTEGER, status INTEGER, sequence INTEGER);"
        "CREATE TABLE IF NOT EXISTS history(run_key INTEGER, sequence INTEGER, payload BLOB,"
        " PRIMARY KEY(run_key, sequence)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS timers(run_key INTEGER, sequence INTEGER, PRIMARY KEY(run_key, sequence))"
        " WITHOUT ROWID;";
    memset(floor, 0, sizeof *floor);
    if (sqlite3_open(path, &floor->database) != SQLITE_OK) return 1;
    if (sqlite3_exec(floor->database, schema, 0, 0, 0) != SQLITE_OK) return 1;
    return prepare(floor);
}

void floor_close(struct floor *floor) {
    sqlite3_stmt *statements[] = {
        floor->begin, floor->commit, floor->insert_run, floor->insert_event,
        floor->update_run, floor->insert_timer, floor->delete_timer,
    };
    for (unsigned i = 0; i < sizeof statements / sizeof *statements; i++) sqlite3_finalize(statements[i]);
    sqlite3_close(floor->database);
}

int64_t floor_insert_run(struct floor *floor, int type, int *failed) {
    sqlite3_bind_int(floor->insert_run, 1, type);
    *failed |= floor_step(floor->insert_run);
    return sqlite3_last_insert_rowid(floor->database);
}

int floor_event(struct floor *floor, int64_t run_key, int64_t sequence) {
    static const char payload[100] = {'x'};
    sqlite3_bind_int64(floor->insert_event, 1, run_key);
    sqlite3_bind_int64(floor->insert_event, 2, sequence);
    sqlite3_bind_blob(floor->insert_event, 3, payload, sizeof payload, SQLITE_STATIC);
    return floor_step(floor->insert_event);
}

int floor_touch(struct floor *floor, int64_t run_key, int64_t sequence) {
    sqlite3_bind_int64(floor->update_run, 1, sequence);
    sqlite3_bind_int64(floor->update_run, 2, run_key);
    return floor_step(floor->update_run);
}

int floor_arm(struct floor *floor, int64_t run_key) {
    sqlite3_bind_int64(floor->insert_timer, 1, run_key);
    return floor_step(floor->insert_timer);
}

int floor_fire(struct floor *floor, int64_t run_key) {
    sqlite3_bind_int64(floor->delete_timer, 1, run_key);
    return floor_step(floor->delete_timer) | floor_event(floor, run_key, 3) | floor_touch(floor, run_key, 3);
}

int64_t sqlite_floor_bytes(const char *path) {
    sqlite3 *database = 0;
    sqlite3_stmt *query = 0;
    int64_t bytes = -1;
    const char *sql = "SELECT (page_count - freelist_count) * page_size"
                      " FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, 0) == SQLITE_OK
        && sqlite3_prepare_v2(database, sql, -1, &query, 0) == SQLITE_OK && sqlite3_step(query) == SQLITE_ROW)
        bytes = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(database);
    return bytes;
}
