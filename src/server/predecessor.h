// SPDX-License-Identifier: MIT
// The error of the line that another one took the place of.
#ifndef FLAWLESS_SERVER_PREDECESSOR_H
#define FLAWLESS_SERVER_PREDECESSOR_H

#include "io/repository.h"
#include "io/store_lineage.h"

// The id of the error whose line was edited and became the finding's line; 0 when there is none, or
// when that cannot be found out. Costs one git process for a line that git can tell the commit
// before of, and a blame only when an error is known that says the same as one of the lines that
// were edited.
int64_t predecessor_find(struct repository *repository, const char *store_address,
                         int64_t project_id, const struct blame_finding *finding);

#endif
