// SPDX-License-Identifier: MIT
// Owned, growing bytes with sticky failure: write without checking, ask once at the end.
#ifndef FLAWLESS_BASE_BUFFER_H
#define FLAWLESS_BASE_BUFFER_H

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

void buffer_add(struct buffer *b, struct text t);
void buffer_add_string(struct buffer *b, const char *string);
void buffer_add_char(struct buffer *b, char c);
void buffer_add_int64(struct buffer *b, int64_t number);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Room for len more bytes, to be written at b->at + b->len by the caller, who then adds to b->len.
// NULL (and sticky failure) when there cannot be that much.
char *buffer_reserve(struct buffer *b, size_t len);

#endif
