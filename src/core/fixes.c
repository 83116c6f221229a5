// SPDX-License-Identifier: MIT
#include "core/fixes.h"

static bool is_among(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

// The numbers of one line, after those that are there; gives how many there are then. What is no
// list of numbers adds none.
static size_t add_ids(struct text list, int64_t ids[FIXES_MAX], size_t n)
{
    struct text item;
    size_t before = n;
    while (n < FIXES_MAX && text_cut(&list, ',', &item)) {
        int64_t id;
        item = text_trim(item);
        if (text_starts(item, TEXT("#")))
            item = text_from(item, 1);
        if (!text_to_int64(item, &id) || id <= 0)
            return before;
        if (!is_among(ids, n, id))
            ids[n++] = id;
    }
    return n;
}

size_t fixes_find(struct text message, int64_t ids[FIXES_MAX])
{
    static const struct text name = {"fixes-error:", 12};
    struct text line;
    size_t n = 0;
    while (n < FIXES_MAX && text_cut(&message, '\n', &line)) {
        line = text_trim(line);
        if (text_equal_nocase(text_until(line, name.len), name))
            n = add_ids(text_from(line, name.len), ids, n);
    }
    return n;
}
