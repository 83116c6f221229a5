// SPDX-License-Identifier: MIT
#include "base/text.h"

#include <string.h>

struct text text_of(const char *string)
{
    return string ? (struct text){string, strlen(string)} : (struct text){NULL, 0};
}

bool text_equal(struct text a, struct text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_equal_nocase(struct text a, struct text b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

int text_compare(struct text a, struct text b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.at, b.at, shared) : 0;
    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool text_starts(struct text t, struct text prefix)
{
    return t.len >= prefix.len && text_equal(text_until(t, prefix.len), prefix);
}

bool text_ends(struct text t, struct text suffix)
{
    return t.len >= suffix.len && text_equal(text_from(t, t.len - suffix.len), suffix);
}

bool text_contains(struct text t, struct text needle)
{
    if (needle.len == 0)
        return true;
    return t.len >= needle.len && memmem(t.at, t.len, needle.at, needle.len) != NULL;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text text_trim(struct text t)
{
    while (t.len && is_space(t.at[0]))
        t = text_from(t, 1);
    while (t.len && is_space(t.at[t.len - 1]))
        t.len--;
    return t;
}

size_t text_find(struct text t, char c)
{
    const char *found = t.len ? memchr(t.at, c, t.len) : NULL;
    return found ? (size_t)(found - t.at) : t.len;
}

size_t text_find_last(struct text t, char c)
{
    for (size_t i = t.len; i > 0; i--)
        if (t.at[i - 1] == c)
            return i - 1;
    return t.len;
}

struct text text_from(struct text t, size_t start)
{
    if (start >= t.len)
        return (struct text){NULL, 0};
    return (struct text){t.at + start, t.len - start};
}

struct text text_until(struct text t, size_t limit)
{
    return (struct text){t.at, t.len < limit ? t.len : limit};
}

bool text_cut(struct text *rest, char separator, struct text *piece)
{
    if (rest->len == 0)
        return false;
    size_t end = text_find(*rest, separator);
    *piece = text_until(*rest, end);
    *rest = text_from(*rest, end + 1);
    return true;
}

struct text text_clip(struct text t, size_t limit)
{
    if (t.len <= limit)
        return t;
    while (limit > 0 && ((unsigned char)t.at[limit] & 0xc0) == 0x80)
        limit--;
    return text_until(t, limit);
}

bool text_to_int64(struct text t, int64_t *number)
{
    bool negative = t.len > 1 && t.at[0] == '-';
    uint64_t value = 0;
    if (negative)
        t = text_from(t, 1);
    if (t.len == 0 || t.len > 19)
        return false;
    for (size_t i = 0; i < t.len; i++) {
        if (t.at[i] < '0' || t.at[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(t.at[i] - '0');
    }
    if (value > (uint64_t)INT64_MAX)
        return false;
    *number = negative ? -(int64_t)value : (int64_t)value;
    return true;
}
