// SPDX-License-Identifier: MIT
// Several files of a repository can end like the path in a report, such as app/views.py of two
// services. The text of the line tells which one is meant.
#ifndef FLAWLESS_SERVER_RIVALS_H
#define FLAWLESS_SERVER_RIVALS_H

#include "io/repository.h"

enum { RIVAL_MAX = 8 };

// Asks about the rivals of a query's path when its finding is in doubt though the report says the
// text. The first that has the line, with more than little confidence, takes over query->path and
// *finding. False for trouble that may pass. The path belongs to whom rivals belong to.
bool rivals_try(struct repository *repository, const struct text *rivals, size_t rival_n,
                struct blame_query *query, struct arena *arena, struct blame_finding *finding,
                struct error *error);

#endif
