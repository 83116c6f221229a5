// SPDX-License-Identifier: MIT
#include "core/path_mapping.h"

#include <string.h>

static size_t find_arrow(struct text rule)
{
    for (size_t i = 0; i + 2 <= rule.len; i++)
        if (rule.at[i] == '=' && rule.at[i + 1] == '>')
            return i;
    return rule.len;
}

static bool leads_outside(struct text path)
{
    struct text component;
    if (text_starts(path, TEXT("/")) || text_starts(path, TEXT("\\")))
        return true;
    while (text_cut(&path, '/', &component))
        if (text_equal(component, TEXT("..")))
            return true;
    return false;
}

bool path_mapping_read(struct text rule, struct path_mapping *mapping)
{
    size_t arrow = find_arrow(rule);
    mapping->from = text_trim(text_until(rule, arrow));
    mapping->to = text_trim(text_from(rule, arrow + 2));
    return arrow < rule.len && mapping->from.len > 0 && !leads_outside(mapping->to);
}

static char slashed(char c)
{
    return c == '\\' ? '/' : c;
}

static bool begins_with(struct text path, struct text from)
{
    bool is_same = from.len <= path.len;
    for (size_t i = 0; is_same && i < from.len; i++)
        is_same = slashed(path.at[i]) == slashed(from.at[i]);
    return is_same;
}

// A URL's query and fragment are no part of the path.
static struct text without_query(struct text path)
{
    if (!text_contains(path, TEXT("://")))
        return path;
    path = text_until(path, text_find(path, '#'));
    return text_until(path, text_find(path, '?'));
}

// TO and what follows FROM.
static void join(struct text to, struct text rest, struct runtime_path *mapped)
{
    char joined[RUNTIME_PATH_MAX];
    size_t len = to.len;
    if (to.len + 1 + rest.len > sizeof joined)
        return;
    memcpy(joined, to.at ? to.at : "", to.len);
    if (to.len && to.at[to.len - 1] != '/')
        joined[len++] = '/';
    for (size_t i = 0; i < rest.len; i++)
        joined[len++] = slashed(rest.at[i]);
    if (!runtime_path_clean((struct text){joined, len}, mapped))
        mapped->len = 0;
}

bool path_mapping_apply(const struct text *rules, size_t rule_n, struct text runtime_path,
                        struct runtime_path *mapped)
{
    struct path_mapping best = {0}, mapping;
    mapped->len = 0;
    runtime_path = text_trim(runtime_path);
    for (size_t i = 0; i < rule_n; i++)
        if (path_mapping_read(rules[i], &mapping) && mapping.from.len > best.from.len &&
            begins_with(runtime_path, mapping.from))
            best = mapping;
    if (!best.from.len)
        return false;
    join(best.to, text_from(without_query(runtime_path), best.from.len), mapped);
    return true;
}
