// SPDX-License-Identifier: MIT
#include "core/glob.h"

static char folded(char c, bool any_case)
{
    return any_case && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool glob_matches(struct text pattern, struct text t, bool any_case)
{
    size_t p = 0, i = 0, star = pattern.len, star_i = 0; // star: after the last one; len: none yet
    bool has_star = false;
    while (i < t.len || p < pattern.len) {
        if (p < pattern.len && pattern.at[p] == '*') {
            has_star = true;
            star = ++p;
            star_i = i;
            continue;
        }
        bool is_escape = p + 1 < pattern.len && pattern.at[p] == '\\';
        if (i < t.len && p < pattern.len &&
            ((!is_escape && pattern.at[p] == '?') ||
             folded(pattern.at[p + is_escape], any_case) == folded(t.at[i], any_case))) {
            p += 1 + (size_t)is_escape;
            i++;
            continue;
        }
        if (!has_star || star_i >= t.len)
            return false;
        p = star;
        i = ++star_i;
    }
    return true;
}
