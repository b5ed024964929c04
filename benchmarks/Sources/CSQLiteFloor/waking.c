#include "floor.h"
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int arm_all(struct floor *floor, int timers) {
    int failed = floor_step(floor->begin);
    for (int i = 0; i < timers; i++) {
        int64_t key = floor_insert_run(floor, 1, &failed);
        failed |= floor_event(floor, key, 1) | floor_event(floor, key, 2) | floor_arm(floor, key);
    }
    return failed | floor_step(floor->commit);
}

double sqlite_floor_fire(const char *path, int timers, int group) {
    struct floor floor;
    int failed = floor_open(&floor, path) || arm_all(&floor, timers);
    double started = floor_now();
    for (int key = 1; key <= timers && !failed; key++) {
        if ((key - 1) % group == 0) failed |= floor_step(floor.begin);
        failed |= floor_fire(&floor, key);
        if (key % group == 0 || key == timers) failed |= floor_step(floor.commit);
    }
    double seconds = floor_now() - started;
    floor_close(&floor);
    return failed ? -1 : seconds;
}

static void sleep_until(double time) {
    struct timespec until = {.tv_sec = (time_t)time, .tv_nsec = (long)((time - (double)(time_t)time) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, 0);
}

double sqlite_floor_punctual(const char *path, int timers, double seconds, double *lateness) {
    struct floor floor;
    int failed = floor_open(&floor, path) || arm_all(&floor, timers);
    double started = floor_now();
    for (int fired = 0; fired < timers && !failed;) {
        sleep_until(started + seconds * fired / timers);
        int due = (int)((floor_now() - started) / seconds * timers) + 1;
        if (due > timers) due = timers;
        failed |= floor_step(floor.begin);
        for (int key = fired; key < due; key++) failed |= floor_fire(&floor, key + 1);
        failed |= floor_step(floor.commit);
        double durable = floor_now();
        for (int i = fired; i < due; i++) lateness[i] = durable - (started + seconds * i / timers);
        fired = due > fired ? due : fired;
    }
    floor_close(&floor);
    return failed ? -1 : 0;
}

/* The child: answers each byte with the time at which it read it. Calls nothing that a fork forbids. */
static void answer_wakeups(int in, int out) {
    char byte;
    while (read(in, &byte, 1) == 1) {
        double time = floor_now();
        if (write(out, &time, sizeof time) != sizeof time) break;
    }
    _exit(0);
}

static int wake_once(struct floor *floor, int to, int from, double *latency) {
    double started = floor_now(), woken = 0;
    int failed = floor_step(floor->begin);
    int64_t key = floor_insert_run(floor, 1, &failed);
    failed |= floor_event(floor, key, 1) | floor_event(floor, key, 2) | floor_step(floor->commit);
    failed |= write(to, "w", 1) != 1 || read(from, &woken, sizeof woken) != sizeof woken;
    *latency = woken - started;
    return failed;
}

double sqlite_floor_wake(const char *path, int rounds, double *latency) {
    struct floor floor;
    int to[2], from[2];
    if (pipe(to) || pipe(from)) return -1;
    pid_t child = fork();
    if (child < 0) return -1;
    if (child == 0) {
        close(to[1]);
        answer_wakeups(to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    int failed = floor_open(&floor, path);
    for (int round = 0; round < rounds && !failed; round++)
        failed = wake_once(&floor, to[1], from[0], &latency[round]);
    floor_close(&floor);
    close(to[1]);
    close(from[0]);
    waitpid(child, 0, 0);
    return failed ? -1 : 0;
}
