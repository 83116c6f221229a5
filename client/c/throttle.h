// SPDX-License-Identifier: MIT
// Which occurrences of an error are reported: its first 10, then at powers of two or when 10
// minutes have passed; every report says how many occurrences it stands for, so that counts stay
// exact.
//
// The first occurrence that is held back is captured as well and kept, to be sent with the final
// count when no further occurrence comes to do it. Pure: time is handed in; the caller locks.
#ifndef FLAWLESS_CLIENT_THROTTLE_H
#define FLAWLESS_CLIENT_THROTTLE_H

#include "report.h"

enum {
    FL_THROTTLE_ERROR_MAX = 512,            // errors remembered at once
    FL_THROTTLE_KEPT_MAX = 8 * 1024 * 1024, // bytes of reports kept
    FL_THROTTLE_FIRST_N = 10,               // occurrences reported one by one
    FL_THROTTLE_INTERVAL_MS = 10 * 60 * 1000,
};

enum fl_verdict {
    FL_SEND,  // capture and send it, for count occurrences
    FL_KEEP,  // capture it and give it to fl_throttle_keep
    FL_COUNT, // it was counted, nothing else is to be done
};

struct fl_throttled_error {
    uint64_t total;         // occurrences ever
    int64_t held;           // occurrences not reported yet
    int64_t reported_at_ms; // when the newest report was allowed
    int64_t seen_at_ms;
    struct fl_report *kept; // goes out for the held ones
    bool is_capturing;      // somebody was told FL_KEEP and has not come back
};

// The zero value is an empty table. Invariant: the first n keys and errors are in use.
struct fl_throttle {
    uint64_t keys[FL_THROTTLE_ERROR_MAX];
    struct fl_throttled_error errors[FL_THROTTLE_ERROR_MAX];
    size_t n;
    size_t kept_size;     // bytes
    uint64_t forgotten_n; // held occurrences that were lost with their place in the table
};

// An occurrence of the error named by key. *count is the number of occurrences an FL_SEND stands
// for. *forced is a report that has to be sent now, to make room (given), or NULL.
enum fl_verdict fl_throttle_judge(struct fl_throttle *t, uint64_t key, int64_t now_ms,
                                  int64_t *count, struct fl_report **forced);

// The answer to FL_KEEP; takes report, NULL when capturing failed. Gives back a report that must be
// sent now because no more can be kept, else NULL.
struct fl_report *fl_throttle_keep(struct fl_throttle *t, uint64_t key, struct fl_report *report);

// count occurrences that were to be reported and were not: they are held again.
void fl_throttle_give_back(struct fl_throttle *t, uint64_t key, int64_t count);

// Gives a kept report whose 10 minutes are over, or any when all is set; NULL when there is none.
struct fl_report *fl_throttle_take(struct fl_throttle *t, int64_t now_ms, bool all);
int64_t fl_throttle_due_at(const struct fl_throttle *t); // of the next one; INT64_MAX when none

void fl_throttle_release(struct fl_throttle *t); // back to the zero value

#endif
