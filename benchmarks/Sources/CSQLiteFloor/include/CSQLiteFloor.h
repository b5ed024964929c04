#ifndef MIZZO_SQLITE_FLOOR_H
#define MIZZO_SQLITE_FLOOR_H

#include <stdint.h>

/* What SQLite allows on this machine, in plain C with prepared statements and nothing else: what the engine is compared
   with. WAL, synchronous=FULL. Every function returns a negative number when SQLite refused. */

/* The durable-workflow pattern. A workflow is: start = run row + 2 history rows; each of `steps` steps = 3 history rows +
   run update; completion = 1 history row + run update. `group` workflows share each commit. `group_seconds`, unless null,
   gets the time of each group from its start to its completion: one number per `group` workflows. Returns the seconds. */
double sqlite_floor_run(const char *path, int workflows, int steps, int group, double *group_seconds);

/* The bytes that a file written above uses, its log included. */
int64_t sqlite_floor_bytes(const char *path);

/* Writes `runs` open runs of ten types, each with `events` history rows. Returns the seconds. */
double sqlite_floor_seed(const char *path, int runs, int events);

/* Opens the file and reads every open run with its history. Returns the seconds; `rows`, unless null, gets the number of
   history rows. */
double sqlite_floor_read_open(const char *path, int64_t *rows);

/* Reads `pages` pages of `limit` runs of one status and type, newest first, each from somewhere in a file of `runs` runs. */
double sqlite_floor_list(const char *path, int runs, int pages, int limit, double *page_seconds);

/* Arms `timers` timers and fires them all: delete + history row + run update each, `group` to a commit. Returns the
   seconds that firing took. */
double sqlite_floor_fire(const char *path, int timers, int group);

/* Arms `timers` timers spread over `seconds` and fires each when it is due, all that are due in one commit. `lateness`
   gets the seconds from due to durable, one number per timer. Returns 0. */
double sqlite_floor_punctual(const char *path, int timers, double seconds, double *lateness);

/* Commits a run with 2 history rows and wakes another process by a pipe, `rounds` times. `latency` gets the seconds from
   before the commit until the other process runs. Returns 0. */
double sqlite_floor_wake(const char *path, int rounds, double *latency);

/* Gives memory that the allocator keeps for later back to the system. */
void process_give_back_memory(void);

#endif
