// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2000, BURST_S = 10 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum log_level least = LOG_INFO;
static int target = STDERR_FILENO;
static struct {
    time_t since_mono_s;
    int line_n;
    long left_out_n;
} burst;

bool log_open(enum log_level level, const char *path)
{
    int opened = STDERR_FILENO;
    if (path)
        opened = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (opened < 0)
        return false;
    pthread_mutex_lock(&lock);
    if (target != STDERR_FILENO)
        close(target);
    target = opened;
    least = level;
    pthread_mutex_unlock(&lock);
    return true;
}

void log_close(void)
{
    log_open(least, NULL);
}

static size_t write_time(char *line, size_t size)
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t len = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &utc);
    return len + (size_t)snprintf(line + len, size - len, ".%03ldZ ", now.tv_nsec / 1000000);
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
    size_t len = write_time(line, LINE_MAX_BYTES);
    len += (size_t)snprintf(line + len, LINE_MAX_BYTES - len, "%s ", names[level]);
    int added = vsnprintf(line + len, LINE_MAX_BYTES - len, format, arguments);
    len += added < 0 ? 0 : (size_t)added;
    if (len > LINE_MAX_BYTES - 1)
        len = LINE_MAX_BYTES - 1;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[len++] = '\n';
    pthread_mutex_lock(&lock);
    ssize_t written = write(target, line, len); // one call a line: lines never mix
    pthread_mutex_unlock(&lock);
    (void)written; // a full disk must not stop the server, and there is nowhere else to say it
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
