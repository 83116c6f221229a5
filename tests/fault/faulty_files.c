// SPDX-License-Identifier: MIT
#include "faulty_files.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { FILES = 4, SECTOR = 512, WRITES_BETWEEN_WATCHES = 97 };

// What is surely on the disk of one path.
struct image {
    char path[512];
    unsigned char *bytes;
    int64_t len;
    sqlite3_file *file; // the real one, while it is open
};

struct faulty_file {
    sqlite3_file base; // must be first
    struct image *image;
    sqlite3_file *real; // behind this struct
};

static struct {
    enum fault fault;
    int64_t countdown; // to the failure; at most 0 after it
    int64_t count;
    bool is_lasting, has_failed;
    void (*power_may_go)(void *context);
    void *context;
    int64_t writes;
    struct image images[FILES];
} disk;

static sqlite3_vfs *real_vfs;

// ---- faults ----

void faulty_fail(enum fault fault, int64_t n, bool is_lasting)
{
    disk.fault = fault;
    disk.countdown = n;
    disk.count = 0;
    disk.is_lasting = is_lasting;
    disk.has_failed = false;
}

bool faulty_has_failed(void)
{
    return disk.has_failed;
}

int64_t faulty_count(void)
{
    return disk.count;
}

static bool fails(void)
{
    disk.count++;
    if (disk.fault == FAULT_NONE)
        return false;
    disk.countdown--;
    bool is_time = disk.countdown == 0 || (disk.is_lasting && disk.countdown < 0);
    disk.has_failed = disk.has_failed || is_time;
    return is_time;
}

void faulty_watch(void (*power_may_go)(void *context), void *context)
{
    disk.power_may_go = power_may_go;
    disk.context = context;
}

static void power_may_go(void)
{
    if (disk.power_may_go)
        disk.power_may_go(disk.context);
}

// ---- images ----

static struct image *find_image(const char *path)
{
    for (int i = 0; i < FILES; i++)
        if (strcmp(disk.images[i].path, path) == 0)
            return &disk.images[i];
    return NULL;
}

static void forget(struct image *image)
{
    free(image->bytes);
    *image = (struct image){0};
}

static void read_real(sqlite3_file *real, unsigned char **bytes, int64_t *len)
{
    sqlite3_int64 size = 0;
    check(real->pMethods->xFileSize(real, &size) == SQLITE_OK);
    *len = size;
    *bytes = must_alloc((unsigned long)size);
    check(!size || real->pMethods->xRead(real, *bytes, (int)size, 0) == SQLITE_OK);
}

static void settle(struct image *image)
{
    if (!image)
        return;
    free(image->bytes);
    read_real(image->file, &image->bytes, &image->len);
}

// What a file holds when it is opened is surely there.
static struct image *open_image(const char *path, sqlite3_file *real)
{
    struct image *image = find_image("");
    check(image && !find_image(path)); // one connection at a time
    image->file = real;
    snprintf(image->path, sizeof image->path, "%s", path);
    settle(image);
    return image;
}

static uint32_t next_random(uint32_t *random)
{
    *random = *random * 1664525 + 1013904223;
    return *random >> 8;
}

// Each sector that differs is old or new; the end is anywhere between.
static void write_possible(const struct image *image, const char *to, uint32_t *random)
{
    unsigned char *now;
    int64_t now_len;
    read_real(image->file, &now, &now_len);
    int64_t longest = now_len > image->len ? now_len : image->len;
    int64_t shortest = now_len > image->len ? image->len : now_len;
    int64_t len =
        longest == shortest ? longest : shortest + next_random(random) % (longest - shortest + 1);
    unsigned char *disk_bytes = must_alloc((unsigned long)longest);
    memcpy(disk_bytes, image->bytes, (size_t)image->len);
    for (int64_t at = 0; at < now_len; at += SECTOR) {
        int64_t size = now_len - at < SECTOR ? now_len - at : SECTOR;
        if (next_random(random) % 2)
            memcpy(disk_bytes + at, now + at, (size_t)size);
    }
    char path[768];
    snprintf(path, sizeof path, "%s/%s", to, strrchr(image->path, '/') + 1);
    FILE *file = fopen(path, "w");
    check(file && fwrite(disk_bytes, 1, (size_t)len, file) == (size_t)len && fclose(file) == 0);
    free(disk_bytes);
    free(now);
}

void faulty_lose_power(const char *to, uint32_t seed)
{
    for (int i = 0; i < FILES; i++)
        if (*disk.images[i].path)
            write_possible(&disk.images[i], to, &seed);
}

// ---- one file ----

static struct faulty_file *faulty(sqlite3_file *file)
{
    return (struct faulty_file *)file;
}

#define REAL(file, method, ...)                                                                    \
    faulty(file)->real->pMethods->method(faulty(file)->real, ##__VA_ARGS__)

static int file_close(sqlite3_file *file)
{
    if (faulty(file)->image)
        forget(faulty(file)->image);
    return REAL(file, xClose);
}

static int file_read(sqlite3_file *file, void *bytes, int len, sqlite3_int64 at)
{
    return REAL(file, xRead, bytes, len, at);
}

static int file_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    if (disk.writes++ % WRITES_BETWEEN_WATCHES == 0)
        power_may_go();
    if (fails())
        return disk.fault == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    return REAL(file, xWrite, bytes, len, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (disk.fault != FAULT_FULL && fails())
        return SQLITE_IOERR_TRUNCATE;
    return REAL(file, xTruncate, size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    power_may_go();
    if (disk.fault != FAULT_FULL && fails())
        return SQLITE_IOERR_FSYNC;
    int code = REAL(file, xSync, flags);
    if (code == SQLITE_OK)
        settle(faulty(file)->image);
    power_may_go();
    return code;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return REAL(file, xFileSize, size);
}

static int file_lock(sqlite3_file *file, int level)
{
    return REAL(file, xLock, level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return REAL(file, xUnlock, level);
}

static int file_check_lock(sqlite3_file *file, int *is_locked)
{
    return REAL(file, xCheckReservedLock, is_locked);
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
    return REAL(file, xFileControl, operation, argument);
}

static int file_sector_size(sqlite3_file *file)
{
    return REAL(file, xSectorSize);
}

static int file_characteristics(sqlite3_file *file)
{
    return REAL(file, xDeviceCharacteristics);
}

static int file_map(sqlite3_file *file, int page, int size, int extends, void volatile **memory)
{
    return REAL(file, xShmMap, page, size, extends, memory);
}

static int file_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return REAL(file, xShmLock, offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    REAL(file, xShmBarrier);
}

static int file_unmap(sqlite3_file *file, int deletes)
{
    return REAL(file, xShmUnmap, deletes);
}

// Version 2: without memory-mapped reading, which would pass by what is written here.
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_unmap,
};

// ---- the file system ----

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
                     int *out_flags)
{
    (void)vfs;
    struct faulty_file *f = faulty(file);
    *f = (struct faulty_file){.real = (sqlite3_file *)(f + 1)};
    int code = real_vfs->xOpen(real_vfs, path, f->real, flags, out_flags);
    if (code != SQLITE_OK)
        return code;
    f->base.pMethods = &methods;
    if (path && disk.power_may_go &&
        flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL))
        f->image = open_image(path, f->real);
    return SQLITE_OK;
}

void faulty_install(void)
{
    static sqlite3_vfs vfs;
    real_vfs = sqlite3_vfs_find(NULL);
    vfs = *real_vfs;
    vfs.pNext = NULL;
    vfs.zName = "faulty";
    vfs.szOsFile = (int)sizeof(struct faulty_file) + real_vfs->szOsFile;
    vfs.xOpen = open_file;
    check(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}
