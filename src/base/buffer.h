// SPDX-License-Identifier: MIT
// Owned, growing bytes with sticky failure: write without checking, ask once at the end.
#ifndef FLAWLESS_BASE_BUFFER_H
#define FLAWLESS_BASE_BUFFER_H

#include <string.h>

#include "base/text.h"

// The zero value is an empty buffer without a bound. The bytes always have a NUL after them once
// anything was added, so at can be handed to C libraries.
struct buffer {
    char *at;
    size_t len;  // bytes in use
    size_t cap;  // bytes allocated
    size_t max;  // bound on len, 0 for none; an addition beyond it fails
    bool failed; // out of memory or over max; nothing is added any more
};

void buffer_release(struct buffer *b); // back to empty; max is kept
void buffer_clear(struct buffer *b);   // forgets content and failure, keeps the memory
struct text buffer_text(const struct buffer *b);

void buffer_add_string(struct buffer *b, const char *string);
void buffer_add_int64(struct buffer *b, int64_t number);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Room for len more bytes, to be written at b->at + b->len by the caller, who then adds to b->len.
// NULL (and sticky failure) when there cannot be that much.
static inline char *buffer_reserve(struct buffer *b, size_t len);

// ---- what nearly every addition takes is compiled into its caller

char *buffer_grow(struct buffer *b, size_t len); // buffer_reserve when the memory does not do

static inline char *buffer_reserve(struct buffer *b, size_t len)
{
    bool fits = len < b->cap - b->len && !b->failed && (!b->max || b->len + len <= b->max);
    return fits ? b->at + b->len : buffer_grow(b, len);
}

static inline void buffer_add(struct buffer *b, struct text t)
{
    char *room = buffer_reserve(b, t.len);
    if (!room)
        return;
    if (t.len)
        memcpy(room, t.at, t.len);
    b->len += t.len;
    b->at[b->len] = '\0';
}

static inline void buffer_add_char(struct buffer *b, char c)
{
    char *room = buffer_reserve(b, 1);
    if (!room)
        return;
    room[0] = c;
    room[1] = '\0';
    b->len++;
}

#endif
