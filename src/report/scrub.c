// SPDX-License-Identifier: MIT
#include "report/scrub.h"

#include <string.h>

#include "report/scrub_find.h"

// The shortest that can hold something to hide: "jwt=x", "://u:p@".
enum { SHORTEST = 5 };

static struct text scrub_once(struct arena *a, struct text t, bool by_name)
{
    struct span span;
    if (t.len < SHORTEST || !find_secret(t, 0, by_name, &span))
        return t;
    size_t span_n = 0, from = 0;
    for (; find_secret(t, from, by_name, &span); from = span.end)
        span_n++;
    char *copy = arena_alloc(a, t.len + span_n * SCRUBBED.len), *out = copy;
    for (from = 0; find_secret(t, from, by_name, &span); from = span.end) {
        memcpy(out, t.at + from, span.start - from);
        out += span.start - from;
        memcpy(out, SCRUBBED.at, SCRUBBED.len);
        out += SCRUBBED.len;
    }
    memcpy(out, t.at + from, t.len - from);
    out += t.len - from;
    return (struct text){copy, (size_t)(out - copy)};
}

// What is hidden can have kept something else from being recognized, so until nothing more is
// found.
static struct text scrub(struct arena *a, struct text t, bool by_name)
{
    for (int pass = 0; pass < SCRUB_PASS_MAX; pass++) {
        struct text scrubbed = scrub_once(a, t, by_name);
        if (scrubbed.at == t.at)
            break;
        t = scrubbed;
    }
    return t;
}

struct text scrub_shapes(struct arena *a, struct text t)
{
    return scrub(a, t, false);
}

struct text scrub_text(struct arena *a, struct text t)
{
    return scrub(a, t, true);
}
