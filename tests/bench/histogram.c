// SPDX-License-Identifier: MIT
#include "histogram.h"

// Below 2 * FINE every microsecond has its bucket; above, every power of two has FINE of them.
static unsigned bucket_of(uint64_t value)
{
    unsigned shift = 0;
    while (value >> shift >= 2 * HISTOGRAM_FINE)
        shift++;
    uint64_t bucket = shift * HISTOGRAM_FINE + (value >> shift);
    return bucket < HISTOGRAM_BUCKETS ? (unsigned)bucket : HISTOGRAM_BUCKETS - 1;
}

static uint64_t upper_end(unsigned bucket)
{
    if (bucket < 2 * HISTOGRAM_FINE)
        return bucket;
    unsigned shift = bucket / HISTOGRAM_FINE - 1;
    uint64_t first = (uint64_t)(bucket - shift * HISTOGRAM_FINE) << shift;
    return first + ((uint64_t)1 << shift) - 1;
}

void histogram_add(struct histogram *h, uint64_t microseconds)
{
    h->counts[bucket_of(microseconds)]++;
    h->total++;
}

uint64_t histogram_part(const struct histogram *h, double part)
{
    uint64_t wanted = (uint64_t)(part * (double)h->total + 0.5);
    uint64_t seen = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->counts[i];
        if (h->counts[i] && seen >= wanted)
            return upper_end(i);
    }
    return 0;
}
