// SPDX-License-Identifier: MIT
// Which commit a report's line is to be blamed at, and how sure that is.
#ifndef FLAWLESS_IO_GIT_REVISION_H
#define FLAWLESS_IO_GIT_REVISION_H

#include "io/git_objects.h"
#include "io/repository.h"

enum { SEARCH_TIMEOUT_MS = 20 * 1000, SEARCH_COMMIT_MAX = 3000 };

// The revision for one query.
struct revision_choice {
    char commit[HASH_MAX];
    int64_t line_number; // in the path at that commit; 0 when there is nothing to blame, and reason
                         // says why
    enum confidence confidence;
    struct text reason;
};

// What is known before the search.
struct revision_facts {
    const struct git *git;
    struct objects *objects;
    const char *tip;            // full hash
    const char *release_commit; // full hash; empty when the release says nothing to git
    struct text release, path;  // path is sane
};

// Chooses for each query, whose path and release are the facts', in this order: the release's
// commit, if the line says there what the report says, and at least half of the lines around it;
// the newest commit of the branch in production where the line and all those around it do (at most
// SEARCH_COMMIT_MAX commits that touched the path, for at most SEARCH_TIMEOUT_MS); of those where
// only the line does, the one with most of the lines around it; the release's commit or else the
// tip, with little confidence. False when git fails.
bool revision_choose(const struct revision_facts *facts, const struct blame_query *queries,
                     size_t query_n, struct arena *arena, struct revision_choice *choices,
                     struct error *error);

// The commit that a release names; an empty string when it names none.
bool revision_of_release(struct objects *objects, struct text release, char commit[HASH_MAX],
                         struct error *error);

#endif
