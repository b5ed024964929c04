#include "floor.h"
#include <stdlib.h>

double sqlite_floor_seed(const char *path, int runs, int events) {
    struct floor floor;
    int failed = floor_open(&floor, path);
    double started = floor_now();
    for (int done = 0; done < runs && !failed; done += 10000) {
        failed |= floor_step(floor.begin);
        for (int i = done; i < runs && i < done + 10000; i++) {
            int64_t key = floor_insert_run(&floor, i % 10, &failed);
            for (int sequence = 1; sequence <= events; sequence++) failed |= floor_event(&floor, key, sequence);
        }
        failed |= floor_step(floor.commit);
    }
    const char *index = "CREATE INDEX IF NOT EXISTS by_status ON runs(status, name, run_key)";
    failed |= sqlite3_exec(floor.database, index, 0, 0, 0) != SQLITE_OK;
    floor_close(&floor);
    return failed ? -1 : floor_now() - started;
}

double sqlite_floor_read_open(const char *path, int64_t *rows) {
    sqlite3 *database = 0;
    sqlite3_stmt *query = 0;
    int64_t count = 0, bytes = 0;
    double started = floor_now();
    const char *sql = "SELECT runs.run_key, history.sequence, payload FROM runs NOT INDEXED CROSS JOIN history"
                      " ON history.run_key = runs.run_key WHERE status = 1 ORDER BY runs.run_key, history.sequence";
    int failed = sqlite3_open(path, &database) != SQLITE_OK
        || sqlite3_prepare_v2(database, sql, -1, &query, 0) != SQLITE_OK;
    while (!failed && sqlite3_step(query) == SQLITE_ROW) {
        count++;
        bytes += sqlite3_column_bytes(query, 2) + (sqlite3_column_blob(query, 2) != 0);
    }
    sqlite3_finalize(query);
    sqlite3_close(database);
    if (rows) *rows = count;
    return failed || (count > 0 && bytes == 0) ? -1 : floor_now() - started;
}

double sqlite_floor_list(const char *path, int runs, int pages, int limit, double *page_seconds) {
    sqlite3 *database = 0;
    sqlite3_stmt *query = 0;
    unsigned seed = 1;
    const char *sql = "SELECT run_key, name, status, sequence FROM runs"
                      " WHERE status = 1 AND name = ? AND run_key < ? ORDER BY run_key DESC LIMIT ?";
    int failed = sqlite3_open(path, &database) != SQLITE_OK
        || sqlite3_prepare_v2(database, sql, -1, &query, 0) != SQLITE_OK;
    double started = floor_now();
    for (int page = 0; page < pages && !failed; page++) {
        double before = floor_now();
        sqlite3_bind_int(query, 1, page % 10);
        sqlite3_bind_int(query, 2, 1 + rand_r(&seed) % runs);
        sqlite3_bind_int(query, 3, limit);
        while (sqlite3_step(query) == SQLITE_ROW) (void)sqlite3_column_int64(query, 3);
        failed = sqlite3_reset(query) != SQLITE_OK;
        page_seconds[page] = floor_now() - before;
    }
    sqlite3_finalize(query);
    sqlite3_close(database);
    return failed ? -1 : floor_now() - started;
}
