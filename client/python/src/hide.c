// SPDX-License-Identifier: MIT
// Hiding what looks like a secret, by the rules that the server has as well (report/scrub.h).
#include <string.h>

#include "capture.h"
#include "report/scrub_find.h"

// The shortest secret by shape alone is a card number; anything shorter stands after a name.
enum { SHAPE_MIN = 13 };

static bool is_harmless(struct text t)
{
    return t.len == 0 ||
           (t.len < SHAPE_MIN && !memchr(t.at, ':', t.len) && !memchr(t.at, '=', t.len));
}

// Writes t into out with its secrets hidden; false when there are none, and nothing is written.
static bool hide(struct text t, struct buffer *out)
{
    struct span span;
    size_t from = 0;
    buffer_clear(out);
    for (; find_secret(t, from, true, &span); from = span.end) {
        buffer_add(out, text_until(text_from(t, from), span.start - from));
        buffer_add(out, SCRUBBED);
    }
    if (from > 0)
        buffer_add(out, text_from(t, from));
    return from > 0;
}

static void write_scrubbed(struct json_out *out, struct text value, size_t max)
{
    struct buffer hidden[2] = {0};
    for (int pass = 0; pass < SCRUB_PASS_MAX && hide(value, &hidden[pass % 2]); pass++)
        value = buffer_text(&hidden[pass % 2]);
    json_string(out, text_clip(value, max));
    for (int i = 0; i < 2; i++) {
        out->out->failed |= hidden[i].failed;
        buffer_release(&hidden[i]);
    }
}

void write_hidden(struct json_out *out, struct text value, size_t max)
{
    struct span span;
    if (is_harmless(value) || !find_secret(value, 0, true, &span))
        json_string(out, text_clip(value, max));
    else
        write_scrubbed(out, value, max);
}
