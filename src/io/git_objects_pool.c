// SPDX-License-Identifier: MIT
// git reads branches, tags and packs anew when it meets a name it does not know, so a process that
// lives long sees what was fetched meanwhile.
#include "io/git_objects_pool.h"

#include "base/clock.h"

void objects_pool_init(struct objects_pool *pool, const struct git *git)
{
    *pool = (struct objects_pool){.git = git};
    pthread_mutex_init(&pool->lock, NULL);
}

void objects_pool_release(struct objects_pool *pool)
{
    for (int i = 0; i < pool->idle_n; i++)
        objects_close(&pool->idle[i]);
    pool->idle_n = 0;
    pthread_mutex_destroy(&pool->lock);
}

static bool take_idle(struct objects_pool *pool, struct objects *objects)
{
    pthread_mutex_lock(&pool->lock);
    bool is_there = pool->idle_n > 0;
    if (is_there)
        *objects = pool->idle[--pool->idle_n];
    pthread_mutex_unlock(&pool->lock);
    return is_there;
}

static bool is_usable(const struct objects *objects)
{
    return clock_mono_ms(&clock_system) - objects->opened_mono_ms < OBJECTS_AGE_MAX_MS &&
           child_is_silent(&objects->child);
}

bool objects_pool_take(struct objects_pool *pool, int64_t timeout_ms, struct objects *objects,
                       struct error *error)
{
    while (take_idle(pool, objects)) {
        if (is_usable(objects)) {
            child_allow(&objects->child, timeout_ms);
            return true;
        }
        objects_close(objects);
    }
    return objects_open(pool->git, timeout_ms, objects, error);
}

void objects_pool_give(struct objects_pool *pool, struct objects *objects, bool is_sound)
{
    if (is_sound && objects->is_open) {
        buffer_release(&objects->bytes);
        pthread_mutex_lock(&pool->lock);
        if (pool->idle_n < OBJECTS_IDLE_MAX) {
            pool->idle[pool->idle_n++] = *objects;
            *objects = (struct objects){0};
        }
        pthread_mutex_unlock(&pool->lock);
    }
    objects_close(objects);
}
