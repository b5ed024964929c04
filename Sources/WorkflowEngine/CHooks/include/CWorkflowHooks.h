#ifndef MIZZO_WORKFLOW_HOOKS_H
#define MIZZO_WORKFLOW_HOOKS_H

#include <stdint.h>

/* The run whose code executes on this thread, NULL outside of an activation. */
void *workflow_hooks_current(void);
void workflow_hooks_set_current(void *run);

/* Calls `handler` with the current run whenever code of a run puts a job on the global pool: that is what `Task {}` and
   `Task.detached {}` do. The job itself runs as usual. Installed once per process; an earlier hook stays in effect. */
void workflow_hooks_install(void (*handler)(void *run));

/* Kind of a job as in swift/ABI/MetadataValues.h, `JobKind`: 0 is a task, 192...194 are a default actor's own jobs. */
uint32_t workflow_hooks_job_kind(void *job);

/* File names of the images that hold the innermost resume functions of a suspended task, innermost first, joined by
   newlines. Best effort, for messages only. Returns the number of bytes written, without a terminating zero. */
int workflow_hooks_waiting_images(void *task, char *out, int capacity);

/* Has malloc keep freed memory: `trim` bytes at the end of each heap, and blocks below `map` bytes in the heap. */
void workflow_hooks_keep_freed(int trim, int map);

#endif
