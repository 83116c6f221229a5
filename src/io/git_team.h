// SPDX-License-Identifier: MIT
// What a commit says about the people around it: who looks after which files, and who is still
// there.
#ifndef FLAWLESS_IO_GIT_TEAM_H
#define FLAWLESS_IO_GIT_TEAM_H

#include <pthread.h>

#include "core/codeowners.h"
#include "io/git.h"

// Facts of one commit. Never changes; held and dropped by any thread.
struct team;

// The team of the newest commit that was asked for, so that git is asked once for each. Any number
// of threads.
struct team_cache {
    pthread_mutex_t lock; // for team; never held while git runs
    struct team *team;    // NULL before the first
};

void team_cache_init(struct team_cache *cache);
void team_cache_release(struct team_cache *cache);

// *team is the team of the commit tip (full hash), for the caller to drop. inactive_after_days: how
// far back before it authors, co-authors and committers count as active; 0: nobody is asked for.
bool team_cache_hold(struct team_cache *cache, const struct git *git, const char *tip,
                     int64_t inactive_after_days, struct team **team, struct error *error);
void team_drop(struct team *team); // NULL is fine

// Whether nobody with this address (mapped by .mailmap, without regard to case) was active.
bool team_has_lost(const struct team *team, struct text email);
// The owners of a file by .github/CODEOWNERS, else CODEOWNERS, docs/CODEOWNERS or
// .gitlab/CODEOWNERS, whichever is there first. *place: that file, of the team; empty when there is
// none.
void team_find_codeowners(const struct team *team, struct text path,
                          struct codeowners_answer *answer, struct text *place);

#endif
