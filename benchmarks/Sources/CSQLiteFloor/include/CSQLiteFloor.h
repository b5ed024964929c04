#ifndef MIZZO_SQLITE_FLOOR_H
#define MIZZO_SQLITE_FLOOR_H

/* The durable-workflow pattern in plain C, as fast as the file allows: what the engine is compared with.

   A workflow is: start = run row + 2 history rows; each of `steps` steps = 3 history rows + run update; completion =
   1 history row + run update. `group` workflows share each commit. WAL, synchronous=FULL. Returns the seconds taken for
   `workflows` workflows, or a negative number when SQLite refused. */
double sqlite_floor_run(const char *path, int workflows, int steps, int group);

#endif
