// SPDX-License-Identifier: MIT
// Time as a value that is handed in, so that tests can hold it.
#ifndef FLAWLESS_BASE_CLOCK_H
#define FLAWLESS_BASE_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

// Any thread may call a clock.
struct clock {
    int64_t (*wall_ms)(const struct clock *); // milliseconds since 1970-01-01 UTC
    int64_t (*mono_ms)(const struct clock *); // milliseconds since some fixed moment, never back
};

extern const struct clock clock_system;

// The moment timeout_ms from now by CLOCK_MONOTONIC, for pthread_cond_timedwait.
struct timespec clock_deadline(int64_t timeout_ms);
// A condition that is waited for with such deadlines.
void clock_condition_init(pthread_cond_t *condition);

static inline int64_t clock_wall_ms(const struct clock *c)
{
    return c->wall_ms(c);
}

static inline int64_t clock_mono_ms(const struct clock *c)
{
    return c->mono_ms(c);
}

#endif
