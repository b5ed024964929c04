#include "CSQLiteFloor.h"
#include <sqlite3.h>
#include <string.h>
#include <time.h>

static double now_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct floor {
    sqlite3 *database;
    sqlite3_stmt *begin, *commit, *insert_run, *insert_event, *update_run;
};

static int run(sqlite3_stmt *statement) {
    int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE ? 0 : 1;
}

static int event(struct floor *floor, long run_key, long sequence, const char *payload, int length) {
    sqlite3_bind_int64(floor->insert_event, 1, run_key);
    sqlite3_bind_int64(floor->insert_event, 2, sequence);
    sqlite3_bind_blob(floor->insert_event, 3, payload, length, SQLITE_STATIC);
    return run(floor->insert_event);
}

static int touch(struct floor *floor, long run_key, long sequence) {
    sqlite3_bind_int64(floor->update_run, 1, sequence);
    sqlite3_bind_int64(floor->update_run, 2, run_key);
    return run(floor->update_run);
}

static int prepare(struct floor *floor, const char *path) {
    const char *schema =
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE runs(run_key INTEGER PRIMARY KEY, name TEXT, status INTEGER, sequence INTEGER);"
        "CREATE TABLE history(run_key INTEGER, sequence INTEGER, payload BLOB, PRIMARY KEY(run_key, sequence))"
        " WITHOUT ROWID;";
    if (sqlite3_open(path, &floor->database) != SQLITE_OK) return 1;
    if (sqlite3_exec(floor->database, schema, 0, 0, 0) != SQLITE_OK) return 1;
    struct { sqlite3_stmt **into; const char *sql; } statements[] = {
        {&floor->begin, "BEGIN IMMEDIATE"},
        {&floor->commit, "COMMIT"},
        {&floor->insert_run, "INSERT INTO runs(name, status, sequence) VALUES('workflow', 1, 2)"},
        {&floor->insert_event, "INSERT INTO history(run_key, sequence, payload) VALUES(?, ?, ?)"},
        {&floor->update_run, "UPDATE runs SET sequence = ? WHERE run_key = ?"},
    };
    for (unsigned i = 0; i < sizeof statements / sizeof *statements; i++)
        if (sqlite3_prepare_v2(floor->database, statements[i].sql, -1, statements[i].into, 0) != SQLITE_OK) return 1;
    return 0;
}

static int one_group(struct floor *floor, int group, int steps) {
    long keys[1024];
    char payload[100];
    int failed = 0;
    memset(payload, 'x', sizeof payload);
    failed |= run(floor->begin);
    for (int i = 0; i < group; i++) {
        failed |= run(floor->insert_run);
        keys[i] = (long)sqlite3_last_insert_rowid(floor->database);
        for (int sequence = 1; sequence <= 2; sequence++) failed |= event(floor, keys[i], sequence, payload, 100);
    }
    failed |= run(floor->commit);
    for (int step = 0; step < steps; step++) {
        failed |= run(floor->begin);
        for (int i = 0; i < group; i++) {
            for (int part = 0; part < 3; part++) failed |= event(floor, keys[i], 3 + step * 3 + part, payload, 100);
            failed |= touch(floor, keys[i], 5 + step * 3);
        }
        failed |= run(floor->commit);
    }
    failed |= run(floor->begin);
    for (int i = 0; i < group; i++) {
        failed |= event(floor, keys[i], 3 + steps * 3, payload, 100);
        failed |= touch(floor, keys[i], 3 + steps * 3);
    }
    failed |= run(floor->commit);
    return failed;
}

double sqlite_floor_run(const char *path, int workflows, int steps, int group) {
    struct floor floor = {0};
    if (group < 1 || group > 1024 || prepare(&floor, path)) return -1;
    double started = now_seconds();
    int failed = 0;
    for (int done = 0; done < workflows && !failed; done += group) failed = one_group(&floor, group, steps);
    double seconds = now_seconds() - started;
    sqlite3_finalize(floor.begin);
    sqlite3_finalize(floor.commit);
    sqlite3_finalize(floor.insert_run);
    sqlite3_finalize(floor.insert_event);
    sqlite3_finalize(floor.update_run);
    sqlite3_close(floor.database);
    return failed ? -1 : seconds;
}
