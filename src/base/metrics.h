// SPDX-License-Identifier: MIT
// Numbers for monitoring: histograms that any thread may fill and read, and the text that
// Prometheus reads (text format 0.0.4).
#ifndef FLAWLESS_BASE_METRICS_H
#define FLAWLESS_BASE_METRICS_H

#include <stdatomic.h>

#include "base/buffer.h"

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum { HISTOGRAM_BOUND_MAX = 16 };

// How often a value was at most so large. Set bounds once, before the first value; the zero value
// of the rest is an empty histogram.
struct histogram {
    const int64_t *bounds; // rising; a value counts for the first bound that it does not exceed
    size_t bound_n;        // at most HISTOGRAM_BOUND_MAX
    atomic_llong counts[HISTOGRAM_BOUND_MAX + 1]; // the last is for what exceeds all bounds
    atomic_llong sum;
};
void histogram_add(struct histogram *histogram, int64_t value);

struct histogram_facts {
    const int64_t *bounds;
    size_t bound_n;
    int64_t counts[HISTOGRAM_BOUND_MAX + 1]; // as above: not added up
    int64_t sum;
};
// Values that come meanwhile may be in the counts and not yet in the sum.
void histogram_look(struct histogram *histogram, struct histogram_facts *facts);

// One family: begins with its name, then come its samples.
//
//     metrics_family(out, "flawless_letters", "gauge", "Letters in the outbox");
//     metrics_sample(out, "flawless_letters", "state", "sent", 3);
//
// label: NULL for none. Names are ours and well-formed; help and label values may be anything.
void metrics_family(struct buffer *out, const char *name, const char *type, const char *help);
void metrics_sample(struct buffer *out, const char *name, const char *label, const char *value,
                    int64_t number);
// A family of one sample without a label.
void metrics_single(struct buffer *out, const char *name, const char *type, const char *help,
                    int64_t number);
// A whole family. decimals: bounds and sum are in units of 10^-decimals of what is shown.
void metrics_histogram(struct buffer *out, const char *name, const char *help,
                       const struct histogram_facts *facts, int decimals);

#endif
