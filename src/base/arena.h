// SPDX-License-Identifier: MIT
// Memory with one life: many small allocations, released together.
#ifndef FLAWLESS_BASE_ARENA_H
#define FLAWLESS_BASE_ARENA_H

#include "base/text.h"

struct arena_chunk;

// The zero value is an empty arena. One thread at a time.
struct arena {
    struct arena_chunk *chunks; // newest first
    size_t used;                // bytes given out since the last reset
};

// Zeroed memory, aligned for any type. Never NULL: out of memory aborts the server, and whoever
// fills an arena from foreign bytes bounds counts by the bytes read.
void *arena_alloc(struct arena *a, size_t size);
#define arena_array(a, type, count) ((type *)arena_alloc_array((a), sizeof(type), (count)))
void *arena_alloc_array(struct arena *a, size_t size, size_t count);

struct text arena_copy(struct arena *a, struct text t); // followed by a NUL
char *arena_string(struct arena *a, struct text t); // the same, as a C string; stops at a NUL in t
struct text arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void arena_reset(struct arena *a);   // everything given out is invalid; keeps one chunk for reuse
void arena_release(struct arena *a); // back to the zero value

#endif
