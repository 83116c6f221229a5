// SPDX-License-Identifier: MIT
#include "base/utf8.h"

static bool is_continuation(struct text t, size_t i)
{
    return i < t.len && ((unsigned char)t.at[i] & 0xc0) == 0x80;
}

size_t utf8_sequence(struct text t)
{
    if (t.len == 0)
        return 0;
    unsigned char a = (unsigned char)t.at[0], b = t.len > 1 ? (unsigned char)t.at[1] : 0;
    if (a < 0x80)
        return 1;
    if (a >= 0xc2 && a <= 0xdf)
        return is_continuation(t, 1) ? 2 : 0;
    if (a >= 0xe0 && a <= 0xef) { // neither overlong nor a surrogate
        if ((a == 0xe0 && b < 0xa0) || (a == 0xed && b > 0x9f))
            return 0;
        return is_continuation(t, 1) && is_continuation(t, 2) ? 3 : 0;
    }
    if (a >= 0xf0 && a <= 0xf4) { // neither overlong nor above U+10FFFF
        if ((a == 0xf0 && b < 0x90) || (a == 0xf4 && b > 0x8f))
            return 0;
        return is_continuation(t, 1) && is_continuation(t, 2) && is_continuation(t, 3) ? 4 : 0;
    }
    return 0;
}

// Length of the valid part at the start of t.
static size_t valid_run(struct text t)
{
    size_t run = 0;
    while (run < t.len) {
        if ((unsigned char)t.at[run] < 0x80) {
            run++;
            continue;
        }
        size_t len = utf8_sequence(text_from(t, run));
        if (len == 0)
            break;
        run += len;
    }
    return run;
}

bool utf8_is_valid(struct text t)
{
    return valid_run(t) == t.len;
}

void utf8_add_mended(struct buffer *b, struct text t)
{
    while (t.len) {
        size_t run = valid_run(t);
        buffer_add(b, text_until(t, run));
        if (run < t.len)
            buffer_add(b, TEXT("\xef\xbf\xbd"));
        t = text_from(t, run + 1);
    }
}
