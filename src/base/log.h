// SPDX-License-Identifier: MIT
// The log: one line an event, on standard error or in a file. Any thread.
#ifndef FLAWLESS_BASE_LOG_H
#define FLAWLESS_BASE_LOG_H

#include <stdbool.h>

#include "base/clock.h"

enum { LOG_BURST_MAX = 1000 };

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

// Before the first call: INFO on standard error. path NULL means standard error. False when the
// file cannot be opened (errno tells why); the old place stays in use.
bool log_open(enum log_level level, const char *path);
// The same with a new file each UTC day, begun by its first line: the old one is renamed to
// PATH.YYYY-MM-DD and removed when that day is over for days_to_keep days. 0: neither. clock: of
// the lines' times.
bool log_open_daily(enum log_level level, const char *path, int64_t days_to_keep,
                    const struct clock *clock);
// Opens the file at the path again, after another program has renamed it. False (errno): the old
// one stays in use. On standard error: true, nothing happens.
bool log_reopen(void);
void log_close(void);

// Line breaks and control characters in what is logged come out as '?', so nobody outside can forge
// a line; a line is cut at 2,000 bytes. Of lines below ERROR, LOG_BURST_MAX are written within ten
// seconds; how many were left out is said afterwards. Never log a secret or a variable's value.
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
