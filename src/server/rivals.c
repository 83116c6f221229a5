// SPDX-License-Identifier: MIT
#include "server/rivals.h"

static bool is_in_doubt(const struct blame_query *query, const struct blame_finding *finding)
{
    return text_trim(query->evidence.text).len > 0 &&
           (!finding->is_found || finding->confidence <= CONFIDENCE_LOW);
}

bool rivals_try(struct repository *repository, const struct text *rivals, size_t rival_n,
                struct blame_query *query, struct arena *arena, struct blame_finding *finding,
                struct error *error)
{
    if (!is_in_doubt(query, finding))
        return true;
    for (size_t i = 0; i < rival_n; i++) {
        struct blame_query other = *query;
        struct blame_finding found;
        other.path = rivals[i];
        if (!repository_blame(repository, &other, 1, arena, &found, error))
            return false;
        if (!found.is_found || found.confidence <= CONFIDENCE_LOW)
            continue;
        found.reason = arena_printf(arena,
                                    "%.*s; of the files whose paths end alike this one has "
                                    "the text, and %.*s does not",
                                    TEXT_ARG(found.reason), TEXT_ARG(query->path));
        query->path = rivals[i];
        *finding = found;
        return true;
    }
    return true;
}
