#include "floor.h"

static int one_group(struct floor *floor, int group, int steps) {
    int64_t keys[1024];
    int failed = floor_step(floor->begin);
    for (int i = 0; i < group; i++) {
        keys[i] = floor_insert_run(floor, 1, &failed);
        for (int sequence = 1; sequence <= 2; sequence++) failed |= floor_event(floor, keys[i], sequence);
    }
    failed |= floor_step(floor->commit);
    for (int step = 0; step < steps; step++) {
        failed |= floor_step(floor->begin);
        for (int i = 0; i < group; i++) {
            for (int part = 0; part < 3; part++) failed |= floor_event(floor, keys[i], 3 + step * 3 + part);
            failed |= floor_touch(floor, keys[i], 5 + step * 3);
        }
        failed |= floor_step(floor->commit);
    }
    failed |= floor_step(floor->begin);
    for (int i = 0; i < group; i++)
        failed |= floor_event(floor, keys[i], 3 + steps * 3) | floor_touch(floor, keys[i], 3 + steps * 3);
    return failed | floor_step(floor->commit);
}

double sqlite_floor_run(const char *path, int workflows, int steps, int group, double *group_seconds) {
    struct floor floor;
    if (group < 1 || group > 1024) return -1;
    int failed = floor_open(&floor, path);
    double started = floor_now(), before = started;
    for (int done = 0; done < workflows && !failed; done += group) {
        failed = one_group(&floor, group, steps);
        double after = floor_now();
        if (group_seconds) group_seconds[done / group] = after - before;
        before = after;
    }
    floor_close(&floor);
    return failed ? -1 : before - started;
}
