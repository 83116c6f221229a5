// SPDX-License-Identifier: MIT
// One pass over a text. A secret is looked for at few places only: where a word begins (tokens,
// card numbers), at ':' and '=' (a name may stand before, a value after) and at "-----BEGIN".
// Everything else is passed over, so a text without secrets costs about a nanosecond a byte.
#include "report/scrub_find.h"

#include "report/scrub.h"

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

bool find_secret(struct text t, size_t from, bool by_name, struct span *span)
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
