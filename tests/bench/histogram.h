// SPDX-License-Identifier: MIT
// Counts of durations in buckets that are at most 3 % wide, for percentiles.
#ifndef FLAWLESS_BENCH_HISTOGRAM_H
#define FLAWLESS_BENCH_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_FINE = 32, HISTOGRAM_BUCKETS = 40 * HISTOGRAM_FINE };

// The zero value is empty.
struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t total;
};

void histogram_add(struct histogram *h, uint64_t microseconds);
// The duration, in microseconds, that the given part (0 to 1) of all does not exceed; 0 when empty.
uint64_t histogram_part(const struct histogram *h, double part);

#endif
