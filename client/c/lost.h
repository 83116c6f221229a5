// SPDX-License-Identifier: MIT
// What could not be sent, and why; the server is told with the next report.
#ifndef FLAWLESS_CLIENT_LOST_H
#define FLAWLESS_CLIENT_LOST_H

#include "base/buffer.h"

enum fl_loss {
    FL_LOST_QUEUE_FULL,
    FL_LOST_REFUSED, // a server said that it never wants it, or stumbled too often
    FL_LOST_TOO_OLD,
    FL_LOST_AT_EXIT,
    FL_LOST_NO_MEMORY,
    FL_LOST_FORGOTTEN, // occurrences, whose count no report could carry
    FL_LOSS_N
};

struct fl_lost {
    uint64_t n[FL_LOSS_N]; // since the start of the process
};

// What is in total and not in told.
struct fl_lost fl_lost_since(const struct fl_lost *total, const struct fl_lost *told);
void fl_lost_add(struct fl_lost *to, const struct fl_lost *more);

// Appends an item of an envelope; nothing when nothing was lost.
void fl_lost_write(const struct fl_lost *lost, struct buffer *out);

#endif
