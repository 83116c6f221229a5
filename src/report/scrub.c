// SPDX-License-Identifier: MIT
// One pass over a text. A secret is looked for at few places only: where a word begins (tokens,
// card numbers), at ':' and '=' (a name may stand before, a value after) and at "-----BEGIN".
// Everything else is passed over, so a text without secrets costs about a nanosecond a byte.
#include "report/scrub.h"

#include <string.h>

#include "report/scrub_find.h"

// The shortest that can hold something to hide: "jwt=x", "://u:p@".
enum { SHORTEST = 5 };

enum sort { OTHER, WORD, DIGIT, DASH, SIGN };

static const unsigned char sorts[256] = {
    ['-'] = DASH, [':'] = SIGN,         ['='] = SIGN,         ['0' ... '9'] = DIGIT,
    ['_'] = WORD, ['A' ... 'Z'] = WORD, ['a' ... 'z'] = WORD,
};

// The first two letters of the tokens find_token knows; most words are passed over by this alone.
static bool begins_like_token(const char *at)
{
    switch (at[0]) {
    case 'A': return at[1] == 'I' || at[1] == 'K' || at[1] == 'S';
    case 'S': return at[1] == 'G';
    case 'd': return at[1] == 'o';
    case 'e': return at[1] == 'y';
    case 'g': return at[1] == 'h' || at[1] == 'i' || at[1] == 'l';
    case 'h': return at[1] == 'f';
    case 'n': return at[1] == 'p';
    case 'p': return at[1] == 'y';
    case 'r': return at[1] == 'k';
    case 's': return at[1] == 'k' || at[1] == 'h' || at[1] == 'n';
    case 'x': return at[1] == 'o';
    default: return false;
    }
}

static bool find_at(struct text t, size_t from, size_t at, bool by_name, struct span *span)
{
    switch (sorts[(unsigned char)t.at[at]]) {
    case WORD: return at + 1 < t.len && begins_like_token(t.at + at) && find_token(t, at, span);
    case DIGIT: return find_card(t, at, span);
    case DASH: return find_private_key(t, at, span);
    case SIGN: return find_url_password(t, at, span) || (by_name && find_named(t, from, at, span));
    default: return false;
    }
}

// The first secret that begins at or after from. *span is only set when there is one.
static bool find_next(struct text t, size_t from, bool by_name, struct span *span)
{
    for (size_t at = from; at < t.len;) {
        unsigned char sort = sorts[(unsigned char)t.at[at]];
        if (sort != OTHER && find_at(t, from, at, by_name, span)) {
            if (!text_equal(text_until(text_from(t, span->start), span->end - span->start),
                            SCRUBBED))
                return true;
            at = span->end; // hidden before
            continue;
        }
        at++;
        if (sort == WORD || sort == DIGIT)
            while (at < t.len && is_word(t.at[at]))
                at++;
    }
    return false;
}

static struct text scrub(struct arena *a, struct text t, bool by_name)
{
    struct span span;
    if (t.len < SHORTEST || !find_next(t, 0, by_name, &span))
        return t;
    size_t span_n = 0, from = 0;
    for (; find_next(t, from, by_name, &span); from = span.end)
        span_n++;
    char *copy = arena_alloc(a, t.len + span_n * SCRUBBED.len), *out = copy;
    for (from = 0; find_next(t, from, by_name, &span); from = span.end) {
        memcpy(out, t.at + from, span.start - from);
        out += span.start - from;
        memcpy(out, SCRUBBED.at, SCRUBBED.len);
        out += SCRUBBED.len;
    }
    memcpy(out, t.at + from, t.len - from);
    out += t.len - from;
    return (struct text){copy, (size_t)(out - copy)};
}

struct text scrub_shapes(struct arena *a, struct text t)
{
    return scrub(a, t, false);
}

struct text scrub_text(struct arena *a, struct text t)
{
    return scrub(a, t, true);
}
