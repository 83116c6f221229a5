// SPDX-License-Identifier: MIT
#include "base/json_out.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static void begin_value(struct json_out *w)
{
    if (w->needs_comma)
        buffer_add_char(w->out, ',');
    w->needs_comma = true;
}

static void open_container(struct json_out *w, char bracket)
{
    begin_value(w);
    buffer_add_char(w->out, bracket);
    w->needs_comma = false;
}

static void close_container(struct json_out *w, char bracket)
{
    buffer_add_char(w->out, bracket);
    w->needs_comma = true;
}

void json_object(struct json_out *w)
{
    open_container(w, '{');
}

void json_object_end(struct json_out *w)
{
    close_container(w, '}');
}

void json_array(struct json_out *w)
{
    open_container(w, '[');
}

void json_array_end(struct json_out *w)
{
    close_container(w, ']');
}

void json_name(struct json_out *w, const char *name)
{
    json_name_text(w, text_of(name));
}

void json_name_text(struct json_out *w, struct text name)
{
    json_string(w, name);
    buffer_add_char(w->out, ':');
    w->needs_comma = false;
}

static void add_escaped(struct buffer *out, unsigned char c)
{
    switch (c) {
    case '"': buffer_add(out, TEXT("\\\"")); break;
    case '\\': buffer_add(out, TEXT("\\\\")); break;
    case '\n': buffer_add(out, TEXT("\\n")); break;
    case '\r': buffer_add(out, TEXT("\\r")); break;
    case '\t': buffer_add(out, TEXT("\\t")); break;
    default: buffer_printf(out, "\\u%04x", c);
    }
}

// Bytes that stand in a JSON string as they are: ASCII without controls, quote and backslash.
static const bool is_plain[256] = {
    [' ' ... '!'] = true,
    ['#' ... '['] = true,
    [']' ... 0x7f] = true,
};

// Whether each of eight bytes is_plain: after these subtractions and exclusive ors the highest bit
// of a byte is set if it, or one before it, is a control, a quote, a backslash or no ASCII.
static bool are_eight_plain(const char *at)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t x;
    memcpy(&x, at, sizeof x);
    uint64_t quote = x ^ ones * '"', backslash = x ^ ones * '\\';
    return !((x | (x - ones * ' ') | (quote - ones) | (backslash - ones)) & ones * 0x80);
}

static bool are_plain(struct text t)
{
    if (t.len >= 8) {
        for (size_t i = 0; i + 8 < t.len; i += 8)
            if (!are_eight_plain(t.at + i))
                return false;
        return are_eight_plain(t.at + t.len - 8); // some of them again
    }
    for (size_t i = 0; i < t.len; i++)
        if (!is_plain[(unsigned char)t.at[i]])
            return false;
    return true;
}

// Most strings need no escapes; they are added at once. False, and nothing is added, for others.
static bool add_plain(struct json_out *w, struct text value)
{
    if (!are_plain(value))
        return false;
    char *room = buffer_reserve(w->out, value.len + 3);
    if (!room)
        return false;
    char *at = room;
    if (w->needs_comma)
        *at++ = ',';
    *at++ = '"';
    if (value.len)
        memcpy(at, value.at, value.len);
    at += value.len;
    *at++ = '"';
    *at = '\0';
    w->out->len += (size_t)(at - room);
    w->needs_comma = true;
    return true;
}

void json_string(struct json_out *w, struct text value)
{
    if (add_plain(w, value))
        return;
    begin_value(w);
    buffer_add_char(w->out, '"');
    size_t plain = 0; // length of the run that is copied as it stands
    while (plain < value.len) {
        unsigned char c = (unsigned char)value.at[plain];
        if (is_plain[c]) {
            plain++;
            continue;
        }
        size_t len = c < 0x80 ? 0 : utf8_sequence(text_from(value, plain));
        if (len) {
            plain += len;
            continue;
        }
        buffer_add(w->out, text_until(value, plain));
        if (c < 0x80)
            add_escaped(w->out, c);
        else
            buffer_add(w->out, TEXT("\xef\xbf\xbd"));
        value = text_from(value, plain + 1);
        plain = 0;
    }
    buffer_add(w->out, value);
    buffer_add_char(w->out, '"');
}

void json_number(struct json_out *w, int64_t value)
{
    begin_value(w);
    buffer_add_int64(w->out, value);
}

void json_real(struct json_out *w, double value)
{
    if (!isfinite(value)) {
        json_null(w);
        return;
    }
    begin_value(w);
    buffer_printf(w->out, "%.17g", value);
}

void json_boolean(struct json_out *w, bool value)
{
    begin_value(w);
    buffer_add_string(w->out, value ? "true" : "false");
}

void json_null(struct json_out *w)
{
    begin_value(w);
    buffer_add(w->out, TEXT("null"));
}
