// SPDX-License-Identifier: MIT
// A directory that keeps what could not be sent, also after the process: a file for each report.
// Several processes may share one; a file that one of them sends is locked. A process that is
// killed between the answer and the removal leaves a report that is sent twice, with the same event
// id.
//
// Only the sender's thread uses it, and the end of the process after that thread has ended.
#ifndef FLAWLESS_CLIENT_SPOOL_H
#define FLAWLESS_CLIENT_SPOOL_H

#include <time.h>

#include "base/buffer.h"
#include "base/error.h"

enum {
    FL_SPOOL_FILE_MAX = 2000,
    FL_SPOOL_BYTES_MAX = 64 * 1024 * 1024, // several processes together may go beyond it a little
    FL_SPOOL_AGE_MAX_S = 7 * 24 * 3600,
    FL_SPOOL_LOOK_MS = 60 * 1000, // between two looks when there was nothing
};

struct fl_spool {
    const char *directory; // NULL: none, and nothing is kept
    size_t file_n, bytes;  // as of the newest count, and what was put since
    bool is_counted;
    unsigned quick_n; // looks that need not count
    bool in_haste;    // what is put need not outlive the machine, only the process
};

// A file that was taken and is locked until it is given up.
struct fl_spooled {
    int fd;
    char name[64];
};

// Makes the directory if it is missing (0700). ERROR_CONFIG when it cannot be used: its files are
// sent with our key, so nobody else may write there.
bool fl_spool_check(const char *directory, struct error *error);

// Keeps an envelope by its event's id (32 lowercase hex digits). False when there is no spool, no
// room or no disk, and when others may write there by now.
bool fl_spool_put(struct fl_spool *spool, const char *event_id, struct text envelope);

// Reads one, in no order, into envelope and locks it. False when there is none that nobody else
// sends. *too_old_n grows by those that were thrown away for their age.
bool fl_spool_take(struct fl_spool *spool, time_t now_s, struct buffer *envelope,
                   struct fl_spooled *taken, uint64_t *too_old_n);
// is_done: it is removed, or emptied where that cannot be.
void fl_spool_give_up(struct fl_spool *spool, struct fl_spooled *taken, bool is_done);

#endif
