// SPDX-License-Identifier: MIT
// One walk that only has to know where strings begin and end; everything else is copied as it
// stands.
#include "base/json_mend.h"

#include <ctype.h>

#include "base/utf8.h"

struct mend {
    struct text rest;
    struct buffer *out;
    bool has_mended;
};

static void copy(struct mend *m, size_t len)
{
    buffer_add(m->out, text_until(m->rest, len));
    m->rest = text_from(m->rest, len);
}

static void replace(struct mend *m, size_t len, struct text with)
{
    buffer_add(m->out, with);
    m->rest = text_from(m->rest, len);
    m->has_mended = true;
}

// The code unit of "\uXXXX" at the start of t, or -1.
static long escaped_unit(struct text t)
{
    long unit = 0;
    if (t.len < 6 || t.at[0] != '\\' || t.at[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        int c = (unsigned char)t.at[i];
        if (!isxdigit(c))
            return -1;
        unit = unit * 16 + (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
    }
    return unit;
}

static void mend_escape(struct mend *m)
{
    long unit = escaped_unit(m->rest);
    if (unit < 0xd800 || unit > 0xdfff) {
        copy(m, m->rest.len < 2 ? m->rest.len : 2);
        return;
    }
    long next = unit < 0xdc00 ? escaped_unit(text_from(m->rest, 6)) : -1;
    if (next >= 0xdc00 && next <= 0xdfff)
        copy(m, 12);
    else
        replace(m, 6, TEXT("\\ufffd"));
}

static void mend_string(struct mend *m)
{
    copy(m, 1); // the quote
    while (m->rest.len) {
        unsigned char c = (unsigned char)m->rest.at[0];
        size_t len = c < 0x80 ? 1 : utf8_sequence(m->rest);
        if (c == '"') {
            copy(m, 1);
            return;
        }
        if (c == '\\') {
            mend_escape(m);
        } else if (c < 0x20) {
            char escape[] = {'\\', 'u', '0', '0', "01"[c >> 4], "0123456789abcdef"[c & 15]};
            replace(m, 1, (struct text){escape, sizeof escape});
        } else if (len == 0) {
            replace(m, 1, TEXT("\xef\xbf\xbd"));
        } else {
            copy(m, len);
        }
    }
}

static void mend_number(struct mend *m)
{
    static const struct text infinity = TEXT("-Infinity");
    if (text_starts(m->rest, infinity)) {
        replace(m, infinity.len, TEXT("null"));
        return;
    }
    size_t digits = 0, len = 0;
    bool is_integer = true;
    for (; len < m->rest.len; len++) {
        char c = m->rest.at[len];
        if (isdigit((unsigned char)c))
            digits++;
        else if (c == '.' || c == 'e' || c == 'E')
            is_integer = false;
        else if (c != '-' && c != '+')
            break;
    }
    copy(m, len);
    if (is_integer && digits >= 19) {
        buffer_add(m->out, TEXT(".0"));
        m->has_mended = true;
    }
}

bool json_mend(struct text bytes, struct buffer *out)
{
    struct mend m = {.rest = bytes, .out = out};
    while (m.rest.len) {
        unsigned char c = (unsigned char)m.rest.at[0];
        if (c == '"')
            mend_string(&m);
        else if (c == '-' || isdigit(c))
            mend_number(&m);
        else if (text_starts(m.rest, TEXT("NaN")))
            replace(&m, 3, TEXT("null"));
        else if (text_starts(m.rest, TEXT("Infinity")))
            replace(&m, 8, TEXT("null"));
        else
            copy(&m, 1);
    }
    return m.has_mended && !out->failed;
}
