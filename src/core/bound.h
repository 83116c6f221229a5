// SPDX-License-Identifier: MIT
// How many letters one address gets. Pure.
#ifndef FLAWLESS_CORE_BOUND_H
#define FLAWLESS_CORE_BOUND_H

#include <stdint.h>

enum { BOUND_SPAN_MS = 3600 * 1000 };

// At most so many letters about errors to one address within any BOUND_SPAN_MS; what exceeds that
// is held back and goes together into one digest, which counts as a letter, as soon as the span has
// room again. While something is held back, all that follows is, too.
//
// nth_at_ms: when the newest but so many letters less one within the last span was written; 0:
// there are fewer. digest_at_ms: when what is held back already becomes a digest; 0: nothing is. 0:
// the letter may be written now, else when its digest is due, which is never later than a span from
// now, however far ahead the clock was in between.
int64_t bound_digest_at_ms(int64_t nth_at_ms, int64_t digest_at_ms, int64_t now_ms);

#endif
