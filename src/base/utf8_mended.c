// SPDX-License-Identifier: MIT
// Apart from utf8.c, which programs that cannot have an arena (it ends the process without memory)
// use as well.
#include "base/utf8.h"

struct text utf8_mended(struct arena *a, struct text t)
{
    if (utf8_is_valid(t))
        return t;
    struct buffer b = {0};
    utf8_add_mended(&b, t);
    struct text mended = arena_copy(a, buffer_text(&b));
    buffer_release(&b);
    return mended;
}
