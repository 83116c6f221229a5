// SPDX-License-Identifier: MIT
#include "io/store_sqlite_compress.h"

enum {
    LEVEL = 1, // of zstd: on an event's JSON the higher ones save little and cost much
    BODY_MAX = 64 * 1024 * 1024,
    SCRATCH_KEPT_MAX = 256 * 1024,
};

bool sqlite_compress(struct sqlite_store *s, const char *thing, struct text body,
                     struct text *compressed, struct error *error)
{
    if (body.len > BODY_MAX)
        return error_set(error, ERROR_TOO_LARGE, "store %s: %s is too large with %zu bytes",
                         s->path, thing, body.len);
    if (!s->compressor && !(s->compressor = ZSTD_createCCtx()))
        fatal_out_of_memory();
    if (s->compressed.cap > SCRATCH_KEPT_MAX)
        buffer_release(&s->compressed);
    buffer_clear(&s->compressed);
    size_t room = ZSTD_compressBound(body.len);
    char *at = buffer_reserve(&s->compressed, room);
    if (!at)
        fatal_out_of_memory();
    size_t len = ZSTD_compressCCtx(s->compressor, at, room, body.at, body.len, LEVEL);
    if (ZSTD_isError(len))
        return error_set(error, ERROR_SYSTEM, "store %s: cannot compress %s: %s", s->path, thing,
                         ZSTD_getErrorName(len));
    *compressed = (struct text){at, len};
    return true;
}

bool sqlite_decompress(struct sqlite_store *s, const char *thing, struct text compressed,
                       struct arena *arena, struct text *body, struct error *error)
{
    if (!s->decompressor && !(s->decompressor = ZSTD_createDCtx()))
        fatal_out_of_memory();
    unsigned long long len = ZSTD_getFrameContentSize(compressed.at, compressed.len);
    if (len <= BODY_MAX) { // unknown and wrong sizes are huge numbers
        char *at = arena_alloc(arena, len + 1);
        size_t got = ZSTD_decompressDCtx(s->decompressor, at, len, compressed.at, compressed.len);
        *body = (struct text){at, got};
        if (got == len)
            return true;
    }
    return error_set(error, ERROR_CONFIG,
                     "store %s: %s is damaged: restore the store from a backup", s->path, thing);
}
