#ifndef MIZZO_FLOOR_H
#define MIZZO_FLOOR_H

#include "CSQLiteFloor.h"
#include <sqlite3.h>

/* An open file and the statements of the pattern. */
struct floor {
    sqlite3 *database;
    sqlite3_stmt *begin, *commit, *insert_run, *insert_event, *update_run, *insert_timer, *delete_timer;
};

double floor_now(void);
int floor_open(struct floor *floor, const char *path);
void floor_close(struct floor *floor);
int floor_step(sqlite3_stmt *statement);
int64_t floor_insert_run(struct floor *floor, int type, int *failed);
int floor_event(struct floor *floor, int64_t run_key, int64_t sequence);
int floor_touch(struct floor *floor, int64_t run_key, int64_t sequence);
int floor_arm(struct floor *floor, int64_t run_key);
int floor_fire(struct floor *floor, int64_t run_key);

#endif
