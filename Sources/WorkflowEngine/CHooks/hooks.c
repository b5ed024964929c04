#define _GNU_SOURCE
#include "CWorkflowHooks.h"
#include <dlfcn.h>
#include <malloc.h>
#include <stddef.h>
#include <string.h>

/* Layout read here: swift/ABI/Task.h of Swift 6.3 (`Job`, `AsyncTask`, `AsyncContext`); also described in
   swift/ExecutorImpl.h, which the toolchain installs. Used to *name* a mistake after it was found, never to find it. */
enum { JOB_FLAGS_OFFSET = 32, TASK_RESUME_FUNCTION = 7, TASK_RESUME_CONTEXT = 8, CONTEXT_PARENT = 0, CONTEXT_RESUME = 1 };

static __thread void *current_run;

void *workflow_hooks_current(void) { return current_run; }
void workflow_hooks_set_current(void *run) { current_run = run; }

typedef __attribute__((swiftcall)) void (*original_enqueue)(void *job);
typedef __attribute__((swiftcall)) void (*enqueue_hook)(void *job, original_enqueue original);

/* Exported by libswift_Concurrency; the runtime calls it instead of its own enqueue when it is set. */
extern enqueue_hook swift_task_enqueueGlobal_hook;

static enqueue_hook previous_hook;
static void (*escape_handler)(void *run);

static __attribute__((swiftcall)) void on_enqueue_global(void *job, original_enqueue original) {
    if (current_run && escape_handler) escape_handler(current_run);
    if (previous_hook) previous_hook(job, original);
    else original(job);
}

void workflow_hooks_install(void (*handler)(void *run)) {
    escape_handler = handler;
    previous_hook = swift_task_enqueueGlobal_hook;
    swift_task_enqueueGlobal_hook = on_enqueue_global;
}

uint32_t workflow_hooks_job_kind(void *job) {
    uint32_t flags;
    memcpy(&flags, (char *)job + JOB_FLAGS_OFFSET, sizeof flags);
    return flags & 0xff;
}

static int append_image(void *function, char *out, int used, int capacity) {
    Dl_info info;
    if (!function || !dladdr(function, &info) || !info.dli_fname) return used;
    const char *slash = strrchr(info.dli_fname, '/');
    const char *name = slash ? slash + 1 : info.dli_fname;
    int length = (int)strlen(name);
    if (used + length + 1 > capacity) return used;
    memcpy(out + used, name, (size_t)length);
    out[used + length] = '\n';
    return used + length + 1;
}

int workflow_hooks_waiting_images(void *task, char *out, int capacity) {
    void **words = (void **)task;
    int used = append_image(words[TASK_RESUME_FUNCTION], out, 0, capacity);
    void **context = (void **)words[TASK_RESUME_CONTEXT];
    for (int depth = 0; context && depth < 4; depth++) {
        used = append_image(context[CONTEXT_RESUME], out, used, capacity);
        context = (void **)context[CONTEXT_PARENT];
    }
    return used;
}

void workflow_hooks_keep_freed(int trim, int map) {
    mallopt(M_TRIM_THRESHOLD, trim);
    /* Setting one of the two ends glibc's own adjusting of both. */
    mallopt(M_MMAP_THRESHOLD, map);
}
