// SPDX-License-Identifier: MIT
#include "capture.h"

enum { KEPT_BYTES_MAX = 256 * 1024 };

struct buffer value_scratch, variables_scratch, exceptions_scratch;

struct buffer take_scratch(struct buffer *kept, size_t max)
{
    struct buffer taken = *kept;
    *kept = (struct buffer){0};
    buffer_clear(&taken);
    taken.max = max;
    return taken;
}

void give_scratch(struct buffer *kept, struct buffer *used)
{
    if (kept->at || used->cap > KEPT_BYTES_MAX)
        buffer_release(used);
    else
        *kept = *used;
    *used = (struct buffer){0};
}
