// SPDX-License-Identifier: MIT
// When a server may be tried again: our own exponential back-off, and what the server asked for.
// Pure; one thread at a time.
#ifndef FLAWLESS_CLIENT_PACE_H
#define FLAWLESS_CLIENT_PACE_H

#include "base/text.h"

enum {
    FL_BACKOFF_FIRST_MS = 1000, // doubled by every failure in a row
    FL_BACKOFF_MAX_MS = 60 * 1000,
    FL_ASKED_MAX_S = 60 * 60, // what a server may ask for at most
};

// The zero value is a server that may be tried at once. Moments are milliseconds of a monotonic
// clock.
struct fl_pace {
    unsigned failure_n;       // in a row
    int64_t backoff_until_ms; // our own guess
    int64_t asked_until_ms;   // the server's wish
};

int64_t fl_pace_ready_at(const struct fl_pace *p); // the later of both
void fl_pace_succeeded(struct fl_pace *p);
// The wait is between half and one and a half times the doubled delay, by random.
void fl_pace_failed(struct fl_pace *p, int64_t now_ms, uint32_t random);
void fl_pace_asked(struct fl_pace *p, int64_t now_ms, int64_t wait_s);
void fl_pace_hurry(struct fl_pace *p); // forgets our guess, not the server's wish

// Seconds that an X-Sentry-Rate-Limits header asks to send no errors for; 0 when it concerns
// something else. "60:error;transaction:key, 5::organization" gives 60. What is malformed is
// skipped.
int64_t fl_rate_limit_s(struct text header);

#endif
