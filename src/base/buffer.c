// SPDX-License-Identifier: MIT
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_release(struct buffer *b)
{
    free(b->at);
    *b = (struct buffer){.max = b->max};
}

void buffer_clear(struct buffer *b)
{
    b->len = 0;
    b->failed = false;
    if (b->at)
        b->at[0] = '\0';
}

struct text buffer_text(const struct buffer *b)
{
    return (struct text){b->at, b->len};
}

char *buffer_grow(struct buffer *b, size_t len)
{
    if (b->failed)
        return NULL;
    if (len > SIZE_MAX / 4 - b->len || (b->max && b->len + len > b->max)) {
        b->failed = true;
        return NULL;
    }
    size_t wanted = b->len + len + 1;
    if (wanted > b->cap) {
        size_t cap = b->cap ? b->cap : 64;
        while (cap < wanted)
            cap *= 2;
        char *at = realloc(b->at, cap);
        if (!at) {
            b->failed = true;
            return NULL;
        }
        b->at = at;
        b->cap = cap;
    }
    return b->at + b->len;
}

void buffer_add_string(struct buffer *b, const char *string)
{
    buffer_add(b, text_of(string));
}

void buffer_add_int64(struct buffer *b, int64_t number)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (number < 0)
        digits[--at] = '-';
    buffer_add(b, (struct text){digits + at, sizeof digits - at});
}

void buffer_printf(struct buffer *b, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *room = len < 0 ? NULL : buffer_reserve(b, (size_t)len);
    if (room) {
        vsnprintf(room, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    } else {
        b->failed = true;
    }
    va_end(again);
}
