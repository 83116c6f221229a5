// SPDX-License-Identifier: MIT
// Processes that read objects and live on between questions, since beginning one takes longer than
// most questions.
#ifndef FLAWLESS_IO_GIT_OBJECTS_POOL_H
#define FLAWLESS_IO_GIT_OBJECTS_POOL_H

#include <pthread.h>

#include "io/git_objects.h"

enum {
    OBJECTS_IDLE_MAX = 2,            // of a repository, kept for the next question
    OBJECTS_AGE_MAX_MS = 600 * 1000, // then another takes its place: it may hold on to packs that
                                     // were replaced
};

struct objects_pool { // any thread
    const struct git *git;
    pthread_mutex_t lock;
    struct objects idle[OBJECTS_IDLE_MAX];
    int idle_n;
};

void objects_pool_init(struct objects_pool *pool, const struct git *git); // git: borrowed
void objects_pool_release(struct objects_pool *pool); // all that were taken are given back

// One that is idle, or else a new one. timeout_ms: for all that is asked until it is given back.
bool objects_pool_take(struct objects_pool *pool, int64_t timeout_ms, struct objects *objects,
                       struct error *error);
// Keeps it for the next, or closes it. is_sound: no question failed.
void objects_pool_give(struct objects_pool *pool, struct objects *objects, bool is_sound);

#endif
