// SPDX-License-Identifier: MIT
#include "core/fixes.h"

static bool is_among(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

size_t fixes_find(struct text message, int64_t ids[FIXES_MAX])
{
    static const struct text name = {"fixes-error:", 12};
    struct text line;
    size_t n = 0;
    while (n < FIXES_MAX && text_cut(&message, '\n', &line)) {
        line = text_trim(line);
        int64_t id;
        if (text_equal_nocase(text_until(line, name.len), name) &&
            text_to_int64(text_trim(text_from(line, name.len)), &id) && id > 0 &&
            !is_among(ids, n, id))
            ids[n++] = id;
    }
    return n;
}
