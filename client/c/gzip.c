// SPDX-License-Identifier: MIT
#include "gzip.h"

#include <zlib.h>

// Level 1: it runs inside of somebody's program, and text packs well anyway.
enum { LEVEL = 1, GZIP_WINDOW = 15 + 16, MEMORY = 8 };

bool fl_gzip(struct text plain, struct buffer *out)
{
    z_stream stream = {0};
    buffer_clear(out);
    if (plain.len < FL_GZIP_MIN ||
        deflateInit2(&stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    uLong bound = deflateBound(&stream, (uLong)plain.len);
    stream.next_out = (Bytef *)buffer_reserve(out, bound);
    stream.avail_out = (uInt)bound;
    stream.next_in = (Bytef *)(uintptr_t)plain.at; // zlib's face knows no const
    stream.avail_in = (uInt)plain.len;
    bool is_done = stream.next_out && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out->len = is_done ? stream.total_out : 0;
    deflateEnd(&stream);
    return is_done;
}
