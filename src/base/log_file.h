// SPDX-License-Identifier: MIT
// A file that lines are appended to, a new one each day (UTC): yesterday's becomes
// PATH.YYYY-MM-DD. Belongs to one thread at a time; base/log.c holds a lock.
#ifndef FLAWLESS_BASE_LOG_FILE_H
#define FLAWLESS_BASE_LOG_FILE_H

#include <stdbool.h>
#include <stdint.h>

struct log_file {
    int file; // to write to
    char *path;
    int64_t days_to_keep; // 0: nothing is renamed or removed
    int64_t day;          // of the newest line in it; days since 1970
};

// Appends to what is there. False when it cannot be opened (errno tells why); then nothing is open.
// now_s: seconds since 1970. What is no regular file (a pipe, /dev/null) has no days.
bool log_file_open(struct log_file *log, const char *path, int64_t days_to_keep, int64_t now_s);
// Opens what is at the path now, after somebody has renamed the file. False (errno): the old one
// stays in use.
bool log_file_reopen(struct log_file *log, int64_t now_s);
void log_file_close(struct log_file *log);

enum log_turn {
    LOG_TURN_NONE,  // the same file as before
    LOG_TURN_DONE,  // a new day's file
    LOG_TURN_FAILED // a new day, but the old file cannot be renamed or a new one not be made
                    // (errno): the old one stays in use until the next day
};
// Before a line of that moment is written. Renames and opens, and does nothing that takes longer.
enum log_turn log_file_turn(struct log_file *log, int64_t now_s);

// Removes PATH.YYYY-MM-DD of days that are over for longer than days_to_keep days, and no other
// file. For any thread, with no lock held: unlinking large files takes time.
void log_file_remove_old(const char *path, int64_t days_to_keep, int64_t now_s);

#endif
