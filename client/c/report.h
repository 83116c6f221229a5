// SPDX-License-Identifier: MIT
// One report on its way out: the event's members as JSON, and what is only known when it is sent.
#ifndef FLAWLESS_CLIENT_REPORT_H
#define FLAWLESS_CLIENT_REPORT_H

#include "base/buffer.h"
#include "lost.h"

enum { FL_EVENT_MAX = 1000 * 1000 }; // bytes of members; servers take events up to 1 MiB

struct fl_report {
    struct fl_report *next; // for whoever holds it
    // The members of the event's object, without braces and without event_id, timestamp and
    // contexts: "platform":"python","exception":{...}
    struct buffer members;
    char event_id[33];       // 32 lowercase hex digits; the same in every attempt
    int64_t happened_at_ms;  // wall clock
    int64_t error_count;     // occurrences it stands for, at least 1
    int64_t error_threshold; // of the program; 0 when it has none
    uint64_t error;          // whose occurrences it stands for; set by the throttle that kept it
    int64_t queued_mono_ms;  // set by the sender
    unsigned refused_n;      // answers that say the server stumbled over it; set by the sender
};

// Takes what is in *members, which is empty afterwards. NULL (and *members released) when it
// failed, is empty or there is no memory.
struct fl_report *fl_report_new(struct buffer *members, int64_t happened_at_ms, int64_t threshold);
void fl_report_free(struct fl_report *r);         // NULL is fine
size_t fl_report_size(const struct fl_report *r); // bytes of memory

// Appends the whole envelope, with what was lost since the last one that arrived. Failure is the
// buffer's.
void fl_report_seal(const struct fl_report *r, const struct fl_lost *lost, struct buffer *out);

// Random bits: event ids and jitter. Not for secrets.
uint64_t fl_random(void);

#endif
