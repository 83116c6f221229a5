// SPDX-License-Identifier: MIT
// Inside the SQLite store only: large texts, compressed with zstd. thing: what messages call it,
// "a kept occurrence".
#ifndef FLAWLESS_IO_STORE_SQLITE_COMPRESS_H
#define FLAWLESS_IO_STORE_SQLITE_COMPRESS_H

#include "io/store_sqlite.h"

// The compressed body is valid until the next call. ERROR_TOO_LARGE beyond 64 MB.
bool sqlite_compress(struct sqlite_store *s, const char *thing, struct text body,
                     struct text *compressed, struct error *error);
bool sqlite_decompress(struct sqlite_store *s, const char *thing, struct text compressed,
                       struct arena *arena, struct text *body, struct error *error);

#endif
