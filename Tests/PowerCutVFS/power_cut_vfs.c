#include "PowerCutVFS.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512 };

/// A write or (with `bytes` NULL) a truncation that is not flushed yet.
struct change {
    struct change *next;
    sqlite3_int64 offset;
    int count;
    unsigned char *bytes;
};

/// What this process sees of one file: all its connections share it.
struct image {
    struct image *next;
    char *name;
    unsigned char *bytes;
    sqlite3_int64 size, capacity;
    struct change *first, **last;
};

struct cut_file {
    sqlite3_file base;
    struct image *image;
    sqlite3_file *real;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct image *images;
static sqlite3_vfs *real_vfs;
static uint64_t random_state;
static int early_percent;

static uint64_t next_random(void) {
    random_state += 0x9e3779b97f4a7c15u;
    uint64_t value = random_state;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

static sqlite3_file *real(sqlite3_file *file) { return ((struct cut_file *)file)->real; }
static struct image *image_of(sqlite3_file *file) { return ((struct cut_file *)file)->image; }

// MARK: Images

static int resize(struct image *image, sqlite3_int64 size) {
    if (size > image->capacity) {
        sqlite3_int64 capacity = size * 2;
        unsigned char *bytes = realloc(image->bytes, (size_t)capacity);
        if (!bytes) return SQLITE_NOMEM;
        image->bytes = bytes;
        image->capacity = capacity;
    }
    if (size > image->size) memset(image->bytes + image->size, 0, (size_t)(size - image->size));
    image->size = size;
    return SQLITE_OK;
}

static int add_change(struct image *image, sqlite3_int64 offset, const void *bytes, int count) {
    struct change *change = calloc(1, sizeof *change + (size_t)count);
    if (!change) return SQLITE_NOMEM;
    change->offset = offset;
    change->count = count;
    if (bytes) {
        change->bytes = (unsigned char *)(change + 1);
        memcpy(change->bytes, bytes, (size_t)count);
    }
    *image->last = change;
    image->last = &change->next;
    return SQLITE_OK;
}

static void forget_changes(struct image *image) {
    for (struct change *change = image->first, *next; change; change = next) {
        next = change->next;
        free(change);
    }
    image->first = NULL;
    image->last = &image->first;
}

static struct image *find(const char *name) {
    struct image *image = images;
    while (image && strcmp(image->name, name) != 0) image = image->next;
    return image;
}

static int load(const char *name, sqlite3_file *file, struct image **found) {
    if ((*found = find(name))) return SQLITE_OK;
    struct image *image = calloc(1, sizeof *image);
    if (!image) return SQLITE_NOMEM;
    image->name = strdup(name);
    image->last = &image->first;
    sqlite3_int64 size = 0;
    int result = file->pMethods->xFileSize(file, &size);
    if (result == SQLITE_OK) result = resize(image, size);
    if (result == SQLITE_OK && size > 0) result = file->pMethods->xRead(file, image->bytes, (int)size, 0);
    image->next = images;
    images = image;
    *found = image;
    return result;
}

static void forget(const char *name) {
    struct image **place = &images;
    while (*place && strcmp((*place)->name, name) != 0) place = &(*place)->next;
    struct image *image = *place;
    if (!image) return;
    *place = image->next;
    forget_changes(image);
    free(image->name);
    free(image->bytes);
    free(image);
}

// MARK: What differs from the real file

static int cut_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    pthread_mutex_lock(&lock);
    struct image *image = image_of(file);
    sqlite3_int64 present = image->size - offset;
    if (present < 0) present = 0;
    if (present > count) present = count;
    if (present > 0) memcpy(bytes, image->bytes + offset, (size_t)present);
    pthread_mutex_unlock(&lock);
    if (present == count) return SQLITE_OK;
    memset((char *)bytes + present, 0, (size_t)(count - present));
    return SQLITE_IOERR_SHORT_READ;
}

static int write_early(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    if ((int)(next_random() % 100) >= early_percent) return SQLITE_OK;
    int sectors = (count + SECTOR - 1) / SECTOR;
    int part = (1 + (int)(next_random() % (uint64_t)sectors)) * SECTOR;
    return real(file)->pMethods->xWrite(real(file), bytes, part < count ? part : count, offset);
}

static int cut_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    pthread_mutex_lock(&lock);
    struct image *image = image_of(file);
    int result = SQLITE_OK;
    if (offset + count > image->size) result = resize(image, offset + count);
    if (result == SQLITE_OK) result = add_change(image, offset, bytes, count);
    if (result == SQLITE_OK) {
        memcpy(image->bytes + offset, bytes, (size_t)count);
        result = write_early(file, bytes, count, offset);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static int cut_truncate(sqlite3_file *file, sqlite3_int64 size) {
    pthread_mutex_lock(&lock);
    int result = add_change(image_of(file), size, NULL, 0);
    if (result == SQLITE_OK) result = resize(image_of(file), size);
    pthread_mutex_unlock(&lock);
    return result;
}

static int cut_sync(sqlite3_file *file, int flags) {
    (void)flags;
    pthread_mutex_lock(&lock);
    struct image *image = image_of(file);
    const sqlite3_io_methods *methods = real(file)->pMethods;
    int result = SQLITE_OK;
    for (struct change *change = image->first; change && result == SQLITE_OK; change = change->next) {
        result = change->bytes ? methods->xWrite(real(file), change->bytes, change->count, change->offset)
                               : methods->xTruncate(real(file), change->offset);
    }
    forget_changes(image);
    pthread_mutex_unlock(&lock);
    return result;
}

static int cut_size(sqlite3_file *file, sqlite3_int64 *size) {
    pthread_mutex_lock(&lock);
    *size = image_of(file)->size;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

// MARK: What the real file does

static int cut_close(sqlite3_file *file) { return real(file)->pMethods->xClose(real(file)); }
static int cut_lock(sqlite3_file *file, int level) { return real(file)->pMethods->xLock(real(file), level); }
static int cut_unlock(sqlite3_file *file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
static int cut_check(sqlite3_file *file, int *out) { return real(file)->pMethods->xCheckReservedLock(real(file), out); }
static int cut_control(sqlite3_file *file, int code, void *value) {
    return real(file)->pMethods->xFileControl(real(file), code, value);
}
static int cut_sector(sqlite3_file *file) { return real(file)->pMethods->xSectorSize(real(file)); }
static int cut_traits(sqlite3_file *file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
static int cut_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}
static int cut_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
static void cut_barrier(sqlite3_file *file) { real(file)->pMethods->xShmBarrier(real(file)); }
static int cut_unmap(sqlite3_file *file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

static const sqlite3_io_methods cut_methods = {
    2, cut_close, cut_read, cut_write, cut_truncate, cut_sync, cut_size, cut_lock, cut_unlock, cut_check,
    cut_control, cut_sector, cut_traits, cut_map, cut_shm_lock, cut_barrier, cut_unmap, NULL, NULL,
};

// MARK: The file system

static int cut_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out) {
    (void)vfs;
    if (!name || !(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
        return real_vfs->xOpen(real_vfs, name, file, flags, out);
    struct cut_file *cut = (struct cut_file *)file;
    cut->base.pMethods = NULL;
    cut->real = (sqlite3_file *)(cut + 1);
    int result = real_vfs->xOpen(real_vfs, name, cut->real, flags, out);
    if (result != SQLITE_OK) return result;
    pthread_mutex_lock(&lock);
    result = load(name, cut->real, &cut->image);
    pthread_mutex_unlock(&lock);
    if (result != SQLITE_OK) {
        cut->real->pMethods->xClose(cut->real);
        return result;
    }
    cut->base.pMethods = &cut_methods;
    return SQLITE_OK;
}

static int cut_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    (void)vfs;
    pthread_mutex_lock(&lock);
    forget(name);
    pthread_mutex_unlock(&lock);
    return real_vfs->xDelete(real_vfs, name, sync);
}

int power_cut_install(uint64_t seed, int percent) {
    static sqlite3_vfs cut_vfs;
    real_vfs = sqlite3_vfs_find(NULL);
    if (!real_vfs) return SQLITE_ERROR;
    random_state = seed;
    early_percent = percent;
    cut_vfs = *real_vfs;
    cut_vfs.zName = "power-cut";
    cut_vfs.szOsFile = real_vfs->szOsFile + (int)sizeof(struct cut_file);
    cut_vfs.xOpen = cut_open;
    cut_vfs.xDelete = cut_delete;
    return sqlite3_vfs_register(&cut_vfs, 1);
}
