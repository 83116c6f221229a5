// SPDX-License-Identifier: MIT
#include "core/bound.h"

int64_t bound_digest_at_ms(int64_t nth_at_ms, int64_t digest_at_ms, int64_t now_ms)
{
    if (digest_at_ms) // the clock may have been set back since
        return digest_at_ms < now_ms + BOUND_SPAN_MS ? digest_at_ms : now_ms + BOUND_SPAN_MS;
    if (!nth_at_ms)
        return 0;
    int64_t from_ms = nth_at_ms < now_ms ? nth_at_ms : now_ms;
    return from_ms + BOUND_SPAN_MS;
}
