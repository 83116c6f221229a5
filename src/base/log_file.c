// SPDX-License-Identifier: MIT
#include "base/log_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

enum { DAY_S = 24 * 60 * 60, DATE_LEN = 10, SAME_DAY_MAX = 100 };

static int open_path(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

static void write_date(int64_t day, char date[DATE_LEN + 1])
{
    time_t seconds = (time_t)(day * DAY_S);
    struct tm utc;
    if (!gmtime_r(&seconds, &utc) || strftime(date, DATE_LEN + 1, "%Y-%m-%d", &utc) == 0)
        date[0] = '\0';
}

// Lines of an earlier run are of the day when the last one was written.
static void take(struct log_file *log, int file, int64_t now_s)
{
    struct stat status;
    log->file = file;
    log->day = now_s / DAY_S;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        log->days_to_keep = 0;
        return;
    }
    if (status.st_size > 0 && status.st_mtime / DAY_S < log->day)
        log->day = status.st_mtime / DAY_S;
}

bool log_file_open(struct log_file *log, const char *path, int64_t days_to_keep, int64_t now_s)
{
    int file = open_path(path);
    if (file < 0)
        return false;
    *log = (struct log_file){.path = must_copy(path), .days_to_keep = days_to_keep};
    take(log, file, now_s);
    return true;
}

bool log_file_reopen(struct log_file *log, int64_t now_s)
{
    int file = open_path(log->path), before = log->file;
    if (file < 0)
        return false;
    take(log, file, now_s);
    close(before);
    return true;
}

void log_file_close(struct log_file *log)
{
    close(log->file);
    free(log->path);
    *log = (struct log_file){.file = -1};
}

// ---- a new day ----

// False when somebody else has renamed or removed it already.
static bool is_still_there(const struct log_file *log)
{
    struct stat here, ours;
    return stat(log->path, &here) == 0 && fstat(log->file, &ours) == 0 &&
           here.st_ino == ours.st_ino && here.st_dev == ours.st_dev;
}

// A day has a second file only when the clock was set back. What is there is not replaced.
static bool rename_to_day(const struct log_file *log)
{
    char date[DATE_LEN + 1], target[PATH_MAX];
    write_date(log->day, date);
    for (int i = 0; i < SAME_DAY_MAX; i++) {
        char number[8] = "";
        if (i)
            snprintf(number, sizeof number, ".%d", i);
        int len = snprintf(target, sizeof target, "%s.%s%s", log->path, date, number);
        if (len >= (int)sizeof target) {
            errno = ENAMETOOLONG;
            return false;
        }
        if (access(target, F_OK) != 0)
            return rename(log->path, target) == 0;
    }
    errno = EEXIST;
    return false;
}

enum log_turn log_file_turn(struct log_file *log, int64_t now_s)
{
    int64_t today = now_s / DAY_S;
    if (log->days_to_keep == 0 || today <= log->day)
        return LOG_TURN_NONE;
    bool is_done = (!is_still_there(log) || rename_to_day(log)) && log_file_reopen(log, now_s);
    log->day = today; // one that failed is tried again tomorrow, not with each line
    return is_done ? LOG_TURN_DONE : LOG_TURN_FAILED;
}

// ---- days that are over ----

static bool is_date(const char *words)
{
    for (int i = 0; i < DATE_LEN; i++) {
        bool is_good = i == 4 || i == 7 ? words[i] == '-' : words[i] >= '0' && words[i] <= '9';
        if (!is_good)
            return false;
    }
    return true;
}

// name: of a file beside the log. Is it "BASE.YYYY-MM-DD" or "BASE.YYYY-MM-DD.N" of a day before?
static bool is_before(const char *name, const char *base, const char *first_kept)
{
    size_t base_len = strlen(base);
    if (strncmp(name, base, base_len) != 0 || name[base_len] != '.')
        return false;
    const char *date = name + base_len + 1;
    if (!is_date(date))
        return false;
    const char *rest = date + DATE_LEN;
    if (*rest == '.' && rest[1] != '\0')
        rest += 1 + strspn(rest + 1, "0123456789");
    return *rest == '\0' && memcmp(date, first_kept, DATE_LEN) < 0;
}

void log_file_remove_old(const char *path, int64_t days_to_keep, int64_t now_s)
{
    char first_kept[DATE_LEN + 1];
    const char *slash = strrchr(path, '/');
    char *directory = must_copy(slash ? path : ".");
    if (slash)
        directory[slash == path ? 1 : slash - path] = '\0';
    write_date(now_s / DAY_S - days_to_keep, first_kept);
    DIR *entries = opendir(directory);
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        if (is_before(entry->d_name, slash ? slash + 1 : path, first_kept))
            unlinkat(dirfd(entries), entry->d_name, 0); // one that stays is tried again tomorrow
    if (entries)
        closedir(entries);
    free(directory);
}
