// SPDX-License-Identifier: MIT
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { ALIGNMENT = alignof(max_align_t), CHUNK_SIZE = 16 * 1024, KEPT_CHUNK_MAX = 256 * 1024 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; // bytes in data
    size_t used;
    alignas(max_align_t) char data[];
};

static struct arena_chunk *chunk_new(size_t size)
{
    struct arena_chunk *chunk = malloc(sizeof *chunk + size);
    if (!chunk)
        fatal_out_of_memory();
    chunk->next = NULL;
    chunk->size = size;
    chunk->used = 0;
    return chunk;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        fatal_out_of_memory();
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct arena_chunk *chunk = a->chunks;
    if (!chunk || chunk->size - chunk->used < size) {
        // chunks grow with the arena, so a big report costs few of them
        size_t wanted = a->used > CHUNK_SIZE ? a->used : CHUNK_SIZE;
        chunk = chunk_new(size > wanted ? size : wanted);
        chunk->next = a->chunks;
        a->chunks = chunk;
    }
    void *memory = chunk->data + chunk->used;
    chunk->used += size;
    a->used += size;
    return memset(memory, 0, size);
}

void *arena_alloc_array(struct arena *a, size_t size, size_t count)
{
    if (size && count > SIZE_MAX / 2 / size)
        fatal_out_of_memory();
    return arena_alloc(a, size * count);
}

char *arena_string(struct arena *a, struct text t)
{
    char *copy = arena_alloc(a, t.len + 1);
    if (t.len)
        memcpy(copy, t.at, t.len);
    return copy;
}

struct text arena_copy(struct arena *a, struct text t)
{
    return (struct text){arena_string(a, t), t.len};
}

struct text arena_printf(struct arena *a, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (len < 0)
        len = 0;
    char *at = arena_alloc(a, (size_t)len + 1);
    vsnprintf(at, (size_t)len + 1, format, again);
    va_end(again);
    return (struct text){at, (size_t)len};
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *kept = NULL;
    for (struct arena_chunk *chunk = a->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        if (chunk->size <= KEPT_CHUNK_MAX && (!kept || chunk->size > kept->size)) {
            free(kept);
            kept = chunk;
        } else {
            free(chunk);
        }
    }
    if (kept) {
        kept->next = NULL;
        kept->used = 0;
    }
    *a = (struct arena){.chunks = kept};
}

void arena_release(struct arena *a)
{
    for (struct arena_chunk *chunk = a->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    *a = (struct arena){0};
}
