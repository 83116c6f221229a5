// SPDX-License-Identifier: MIT
#include "spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

enum { ENVELOPE_MAX = FL_EVENT_MAX + 8192, ID_LEN = 32, RECOUNT_N = 64 };
static const char ending[] = ".envelope", unfinished[] = ".new";

static bool is_private(const struct stat *s)
{
    return s->st_uid == geteuid() && (s->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool fl_spool_check(const char *directory, struct error *error)
{
    struct stat s;
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERROR_CONFIG, "spool %s: cannot be made: %s", directory,
                         strerror(errno));
    if (stat(directory, &s) != 0 || !S_ISDIR(s.st_mode) || access(directory, R_OK | W_OK | X_OK))
        return error_set(error, ERROR_CONFIG, "spool %s: is no directory that can be written",
                         directory);
    if (!is_private(&s))
        return error_set(error, ERROR_CONFIG,
                         "spool %s: others may write there; it has to be this user's own, with "
                         "mode 0700",
                         directory);
    return true;
}

// -1 also when it has become somebody else's since it was checked.
static int open_directory(const struct fl_spool *spool)
{
    struct stat s;
    int at = spool->directory ? open(spool->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (at < 0 || (fstat(at, &s) == 0 && is_private(&s)))
        return at;
    close(at);
    return -1;
}

// An event's id and how it ends: what else lies there is none of our business.
static bool is_ours(const char *name, const char *end)
{
    return strspn(name, "0123456789abcdef") == ID_LEN && strcmp(name + ID_LEN, end) == 0;
}

// ---- putting

static bool write_all(int fd, struct text bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.at, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = text_from(bytes, (size_t)n);
    }
    return true;
}

// Under another name until it is whole.
static bool write_file(int at, const char *event_id, struct text envelope, bool in_haste)
{
    char name[64], draft[64];
    snprintf(name, sizeof name, "%s%s", event_id, ending);
    snprintf(draft, sizeof draft, "%s%s", event_id, unfinished);
    int fd = openat(at, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool is_whole = write_all(fd, envelope) && (in_haste || fdatasync(fd) == 0);
    close(fd);
    if (is_whole && renameat(at, draft, at, name) == 0)
        return true;
    unlinkat(at, draft, 0);
    return false;
}

// ---- taking

// Locks the file and reads it; false when somebody else has it, has sent it, or it is not whole.
static bool lock_and_read(int fd, struct buffer *envelope)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat s;
    if (fcntl(fd, F_SETLK, &lock) != 0 || fstat(fd, &s) != 0 || s.st_nlink == 0 ||
        !S_ISREG(s.st_mode) || s.st_size <= 0 || s.st_size > ENVELOPE_MAX)
        return false;
    buffer_clear(envelope);
    char *bytes = buffer_reserve(envelope, (size_t)s.st_size);
    ssize_t n = bytes ? pread(fd, bytes, (size_t)s.st_size, 0) : -1;
    envelope->len = n > 0 ? (size_t)n : 0;
    return n == s.st_size;
}

static bool take(int at, const char *name, struct buffer *envelope, struct fl_spooled *taken)
{
    int fd = openat(at, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (!lock_and_read(fd, envelope)) {
        close(fd);
        return false;
    }
    taken->fd = fd;
    snprintf(taken->name, sizeof taken->name, "%s", name);
    return true;
}

// Goes through all: counts them, throws the old ones away, and takes one unless taken is NULL. Most
// times it only takes one, as to look at 2,000 files for each of 2,000 takes seconds.
static bool look(struct fl_spool *spool, int at, time_t now_s, struct buffer *envelope,
                 struct fl_spooled *taken, uint64_t *too_old_n)
{
    struct stat s;
    bool is_taken = false;
    size_t file_n = 0, bytes = 0;
    int copy = dup(at);
    DIR *directory = copy < 0 ? NULL : fdopendir(copy);
    if (!directory && copy >= 0)
        close(copy);
    spool->is_counted &= directory != NULL;
    bool is_quick = taken && spool->is_counted && ++spool->quick_n % RECOUNT_N != 0;
    for (struct dirent *e; directory && !(is_quick && is_taken) && (e = readdir(directory));) {
        bool is_whole = is_ours(e->d_name, ending);
        if (!is_whole && !is_ours(e->d_name, unfinished))
            continue;
        if (fstatat(at, e->d_name, &s, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        file_n++;
        bytes += (size_t)s.st_size;
        if (taken && now_s - s.st_mtime > FL_SPOOL_AGE_MAX_S) // or left by who died as he wrote
            *too_old_n += unlinkat(at, e->d_name, 0) == 0 && is_whole;
        else if (taken && is_whole && !is_taken)
            is_taken = take(at, e->d_name, envelope, taken);
    }
    if (directory && !(is_quick && is_taken)) {
        spool->file_n = file_n;
        spool->bytes = bytes;
        spool->is_counted = true;
    }
    if (directory)
        closedir(directory);
    return is_taken;
}

static bool has_room(const struct fl_spool *spool, size_t len)
{
    return spool->file_n < FL_SPOOL_FILE_MAX && spool->bytes + len <= FL_SPOOL_BYTES_MAX;
}

bool fl_spool_put(struct fl_spool *spool, const char *event_id, struct text envelope)
{
    int at = open_directory(spool);
    if (at < 0)
        return false;
    if (!spool->is_counted || !has_room(spool, envelope.len))
        look(spool, at, 0, NULL, NULL, NULL);
    bool is_put =
        has_room(spool, envelope.len) && write_file(at, event_id, envelope, spool->in_haste);
    close(at);
    spool->file_n += is_put;
    spool->bytes += is_put ? envelope.len : 0;
    return is_put;
}

bool fl_spool_take(struct fl_spool *spool, time_t now_s, struct buffer *envelope,
                   struct fl_spooled *taken, uint64_t *too_old_n)
{
    int at = open_directory(spool);
    bool is_taken = at >= 0 && look(spool, at, now_s, envelope, taken, too_old_n);
    if (at >= 0)
        close(at);
    return is_taken;
}

void fl_spool_give_up(struct fl_spool *spool, struct fl_spooled *taken, bool is_done)
{
    int at = is_done ? open_directory(spool) : -1;
    bool is_gone = at >= 0 && unlinkat(at, taken->name, 0) == 0;
    if (is_done && !is_gone && ftruncate(taken->fd, 0) != 0) // an empty one is not sent again
        spool->directory = NULL; // rather none than to send the same one for ever
    if (at >= 0)
        close(at);
    close(taken->fd); // and with it the lock
}
