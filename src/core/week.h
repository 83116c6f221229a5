// SPDX-License-Identifier: MIT
// Weeks start on Sunday, 00:00 UTC. Pure.
#ifndef FLAWLESS_CORE_WEEK_H
#define FLAWLESS_CORE_WEEK_H

#include <stdint.h>

enum { WEEK_MS = 7 * 24 * 3600 * 1000 };

int64_t week_start_ms(int64_t moment_ms); // the Sunday at or before, also before 1970

// "YYYY-MM-DD" of a moment in UTC; out: 11 bytes. Moments out of the years 0 to 9999 are taken as
// their nearest bound.
void date_write(int64_t moment_ms, char *out);

#endif
