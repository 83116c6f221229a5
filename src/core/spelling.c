// SPDX-License-Identifier: MIT
#include "core/spelling.h"

size_t spelling_distance(struct text a, struct text b)
{
    a = text_until(a, SPELLING_MAX);
    b = text_until(b, SPELLING_MAX);
    size_t rows[3][SPELLING_MAX + 1]; // of the letter before last, the last, this one
    size_t *older = rows[0], *old = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.len; j++)
        old[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = old[j - 1] + (a.at[i - 1] != b.at[j - 1]);
            best = old[j] + 1 < best ? old[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1] &&
                older[j - 2] + 1 < best)
                best = older[j - 2] + 1;
            now[j] = best;
        }
        size_t *oldest = older;
        older = old;
        old = now;
        now = oldest;
    }
    return old[b.len];
}
