// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log_file.h"

enum { LINE_MAX_BYTES = 2000, BURST_S = 10 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum log_level least = LOG_INFO;
static struct log_file target = {.file = STDERR_FILENO}; // no path: standard error
static const struct clock *time_source = &clock_system;
static struct {
    time_t since_mono_s;
    int line_n;
    long left_out_n;
} burst;

bool log_open_daily(enum log_level level, const char *path, int64_t days_to_keep,
                    const struct clock *of_lines)
{
    struct log_file opened = {.file = STDERR_FILENO};
    int64_t now_s = clock_wall_ms(of_lines) / 1000;
    if (path && !log_file_open(&opened, path, days_to_keep, now_s))
        return false;
    if (opened.days_to_keep)
        log_file_remove_old(path, days_to_keep, now_s);
    pthread_mutex_lock(&lock);
    if (target.path)
        log_file_close(&target);
    target = opened;
    time_source = of_lines;
    least = level;
    pthread_mutex_unlock(&lock);
    return true;
}

bool log_open(enum log_level level, const char *path)
{
    return log_open_daily(level, path, 0, &clock_system);
}

bool log_reopen(void)
{
    pthread_mutex_lock(&lock);
    bool is_good = !target.path || log_file_reopen(&target, clock_wall_ms(time_source) / 1000);
    pthread_mutex_unlock(&lock);
    return is_good;
}

void log_close(void)
{
    log_open(least, NULL);
}

static size_t write_time(int64_t now_ms, char *line, size_t size)
{
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    size_t len = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &utc);
    return len + (size_t)snprintf(line + len, size - len, ".%03dZ ", (int)(now_ms % 1000));
}

// Strangers cause lines (a warning for each bad request), so there is a bound on them. *left_out_n:
// of the burst before, when it is over.
static bool fits_burst(enum log_level level, long *left_out_n)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    pthread_mutex_lock(&lock);
    if (now.tv_sec - burst.since_mono_s >= BURST_S) {
        *left_out_n = burst.left_out_n;
        burst.since_mono_s = now.tv_sec;
        burst.left_out_n = burst.line_n = 0;
    }
    bool fits = level == LOG_ERROR || burst.line_n < LOG_BURST_MAX;
    burst.line_n += fits;
    burst.left_out_n += !fits;
    pthread_mutex_unlock(&lock);
    return fits;
}

// Writes a whole line, in one call unless the disk takes it in pieces: lines never mix. Others wait
// meanwhile, but not for what the new day's first line has to tidy up.
static void put(const char *line, size_t len, int64_t now_s)
{
    struct log_file old = {0};
    pthread_mutex_lock(&lock);
    enum log_turn turn = log_file_turn(&target, now_s);
    int reason = errno;
    if (turn == LOG_TURN_DONE)
        old =
            (struct log_file){.path = must_copy(target.path), .days_to_keep = target.days_to_keep};
    for (ssize_t written; len > 0; line += written, len -= (size_t)written) {
        written = write(target.file, line, len);
        if (written < 0 && errno == EINTR)
            written = 0;
        if (written < 0) // a full disk must not stop the server; there is nowhere else to say it
            break;
    }
    pthread_mutex_unlock(&lock);
    if (turn == LOG_TURN_DONE)
        log_file_remove_old(old.path, old.days_to_keep, now_s);
    free(old.path);
    if (turn == LOG_TURN_FAILED)
        log_warning("log_file: no new file could be begun for this day, the old one goes on: %s; "
                    "make its directory writable",
                    strerror(reason));
}

static void write_line(enum log_level level, const char *format, va_list arguments)
{
    static const char *const names[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
    char line[LINE_MAX_BYTES + 2];
    long left_out_n = 0;
    if (level < least)
        return;
    bool fits = fits_burst(level, &left_out_n);
    if (left_out_n)
        log_warning("%ld lines were left out here, there were too many", left_out_n);
    if (!fits)
        return;
    int64_t now_ms = clock_wall_ms(time_source);
    size_t len = write_time(now_ms, line, LINE_MAX_BYTES);
    len += (size_t)snprintf(line + len, LINE_MAX_BYTES - len, "%s ", names[level]);
    int added = vsnprintf(line + len, LINE_MAX_BYTES - len, format, arguments);
    len += added < 0 ? 0 : (size_t)added;
    if (len > LINE_MAX_BYTES - 1)
        len = LINE_MAX_BYTES - 1;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[len++] = '\n';
    put(line, len, now_ms / 1000);
}

#define LOG_FUNCTION(name, level)                                                                  \
    void name(const char *format, ...)                                                             \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, format);                                                               \
        write_line(level, format, arguments);                                                      \
        va_end(arguments);                                                                         \
    }

LOG_FUNCTION(log_debug, LOG_DEBUG)
LOG_FUNCTION(log_info, LOG_INFO)
LOG_FUNCTION(log_warning, LOG_WARNING)
LOG_FUNCTION(log_error, LOG_ERROR)
