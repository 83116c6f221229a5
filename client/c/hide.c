// SPDX-License-Identifier: MIT
#include "hide.h"

#include <string.h>

#include "report/scrub.h"
#include "report/scrub_find.h"

static bool contains_nocase(struct text t, struct text word)
{
    for (size_t at = 0; at + word.len <= t.len; at++)
        if (text_equal_nocase(text_until(text_from(t, at), word.len), word))
            return true;
    return false;
}

static bool has_word(struct text name, struct text words)
{
    struct text word;
    while (text_cut(&words, ',', &word)) {
        word = text_trim(word);
        if (word.len && contains_nocase(name, word))
            return true;
    }
    return false;
}

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

static void hide_in_passes(struct json_out *w, struct text value, size_t max)
{
    struct buffer hidden[2] = {0};
    for (int pass = 0; pass < SCRUB_PASS_MAX && hide(value, &hidden[pass % 2]); pass++)
        value = buffer_text(&hidden[pass % 2]);
    json_string(w, text_clip(value, max));
    for (int i = 0; i < 2; i++) {
        w->out->failed |= hidden[i].failed;
        buffer_release(&hidden[i]);
    }
}

void fl_hide(struct json_out *w, struct text value, size_t max)
{
    struct span span;
    if (is_harmless(value) || !find_secret(value, 0, true, &span))
        json_string(w, text_clip(value, max));
    else
        hide_in_passes(w, value, max);
}

void fl_hide_string(struct json_out *w, struct text name, struct text value, size_t max,
                    struct text words)
{
    if (scrub_is_secret_name(name) || has_word(name, words))
        json_string(w, SCRUBBED);
    else // a secret at the cut is told by what stands behind it, so twice as much is looked at
        fl_hide(w, text_clip(value, 2 * max), max);
}
