// SPDX-License-Identifier: MIT
// One pass over a text. A secret is looked for at few places only: where a word begins (tokens,
// card numbers), at ':' and '=' (a name may stand before, a value after) and at "-----BEGIN".
// Everything else is passed over, so a text without secrets costs about a nanosecond a byte.
#include "report/scrub.h"

#include <string.h>

#include "report/scrub_find.h"

// The shortest that can hold something to hide: "jwt=x", "://u:p@".
enum { SHORTEST = 5, PASS_MAX = 8 };

// For each byte that can begin something, or stand between a name and a value, the bytes that can
// follow it (their lower five bits): most places of a text are passed over by one look at this.
#define BIT(byte) (1u << ((byte)&31))
#define DIGITS    (0x3ffu << ('0' & 31))
static const uint32_t seconds[256] = {
    [':'] = UINT32_MAX,
    ['='] = UINT32_MAX,
    ['-'] = BIT('-'),
    ['1' ... '9'] = DIGITS,
    ['A'] = BIT('I') | BIT('K') | BIT('S'),
    ['S'] = BIT('G'),
    ['d'] = BIT('o'),
    ['e'] = BIT('y'),
    ['g'] = BIT('h') | BIT('i') | BIT('l'),
    ['h'] = BIT('f'),
    ['n'] = BIT('p'),
    ['p'] = BIT('y'),
    ['r'] = BIT('k'),
    ['s'] = BIT('h') | BIT('k') | BIT('n'),
    ['x'] = BIT('o'),
};

static bool find_at(struct text t, size_t from, size_t at, bool by_name, struct span *span)
{
    char c = t.at[at];
    if (c == ':' || c == '=')
        return find_url_password(t, at, span) || (by_name && find_named(t, from, at, span));
    if (c == '-')
        return find_private_key(t, at, span);
    if (at > 0 && is_word(t.at[at - 1]))
        return false;
    return c <= '9' ? find_card(t, at, span) : find_token(t, at, span);
}

// The first secret that begins at or after from. *span is only set when there is one.
static bool find_next(struct text t, size_t from, bool by_name, struct span *span)
{
    for (size_t at = from; at + 1 < t.len; at++) {
        if (!(seconds[(unsigned char)t.at[at]] >> (t.at[at + 1] & 31) & 1))
            continue;
        if (!find_at(t, from, at, by_name, span))
            continue;
        if (!text_equal(text_until(text_from(t, span->start), span->end - span->start), SCRUBBED))
            return true;
        at = span->end - 1; // hidden before
    }
    return false;
}

static struct text scrub_once(struct arena *a, struct text t, bool by_name)
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

// What is hidden can have kept something else from being recognized, so until nothing more is
// found.
static struct text scrub(struct arena *a, struct text t, bool by_name)
{
    for (int pass = 0; pass < PASS_MAX; pass++) {
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
