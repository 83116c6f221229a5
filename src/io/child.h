// SPDX-License-Identifier: MIT
// Other programs: started with an array of arguments, never through a shell, watched by a deadline,
// always waited for.
#ifndef FLAWLESS_IO_CHILD_H
#define FLAWLESS_IO_CHILD_H

#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"

// What to run. The program is its own process group with default signals, an empty signal mask and
// no descriptors but its three.
struct child_job {
    const char *name; // for messages: "git blame"
    const char *const
        *arguments; // the program first (found by PATH unless it has a '/'), NULL last
    const char *const *environment; // all of it, NULL last
    const char *directory;          // to run in; NULL: where the server is
    int64_t timeout_ms;             // wall time for everything, from the start on
};

enum { CHILD_TAIL = 400 };

// A running program. Zero is none. One thread at a time; any number of children at once. Any number
// of bytes on its standard error are read and all but the last forgotten.
struct child {
    const char *name;
    pid_t pid;        // 0 when there is none
    int in, out, err; // our ends; -1 when closed
    int64_t deadline_mono_ms, timeout_ms;
    char tail[CHILD_TAIL]; // end of what it said on standard error
    size_t tail_len;
    void *self; // of heard, who gets all that it says on standard error; NULL: nobody
    void (*heard)(void *self, struct text bytes);
};

// ERROR_CONFIG when the program cannot be run, ERROR_SYSTEM for everything else.
bool child_start(const struct child_job *job, struct child *child, struct error *error);

// Writes all of input, and meanwhile adds what comes from its standard output to output. A program
// that does not read on is no error here: its end says more. False at the deadline or when output
// is full; it is dead then.
bool child_write(struct child *child, struct text input, struct buffer *output,
                 struct error *error);

// Waits for output and adds it. *is_end when there will be no more. False as above.
bool child_read(struct child *child, struct buffer *output, bool *is_end, struct error *error);

// Between questions: gives it timeout_ms from now on; and whether it is alive and says nothing.
void child_allow(struct child *child, int64_t timeout_ms);
bool child_is_silent(const struct child *child);

// Closes its input, reads the rest of its output (NULL: throws it away) and waits for its end.
// False unless it ended with status 0; the message has the end of what it said on standard error.
bool child_finish(struct child *child, struct buffer *output, struct error *error);

// Kills its process group and waits for it. Nothing running is fine, so every road may end with it.
void child_kill(struct child *child);

// For the end of the process: no program is started any more, and every thread that waits for one
// kills it and gets an error within a moment.
void child_stop_all(void);

// All of it in one call. output->max bounds what it may say: more is ERROR_TOO_LARGE.
bool child_run(const struct child_job *job, struct text input, struct buffer *output,
               struct error *error);

#endif
