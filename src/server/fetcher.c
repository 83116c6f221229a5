// SPDX-License-Identifier: MIT
#include "server/fetcher.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/fetch_schedule.h"

struct fetcher {
    struct fetcher_settings settings;
    struct clone clone; // of the thread alone once it runs, but for percent
    pthread_t thread;
    bool has_thread;

    pthread_mutex_t lock; // for what follows
    pthread_cond_t changed;
    struct fetch_schedule schedule;
    struct fetcher_facts facts;
    bool is_stopping;
};

// ---- at work ----

static void log_outcome(const struct fetcher *fetcher, bool was_clone, bool had_failed,
                        const struct error *error)
{
    const char *dir = fetcher->settings.clone.dir, *url = fetcher->clone.remote.url.shown;
    const char *what = was_clone ? "cloned" : "fetched";
    if (error->kind != ERROR_NONE && !had_failed)
        log_warning("the repository cannot be %s, it will be tried again: %s", what,
                    error->message);
    else if (error->kind == ERROR_NONE && (was_clone || had_failed))
        log_info("%s was %s into %s", url, what, dir);
}

static bool work(struct fetcher *fetcher, struct error *error)
{
    struct clone *clone = &fetcher->clone;
    if (!clone->exists)
        log_info("cloning %s into %s", clone->remote.url.shown, fetcher->settings.clone.dir);
    else if (clone->is_repointed)
        log_warning("%s was made of another repo_url; from now on it is fetched from %s",
                    fetcher->settings.clone.dir, clone->remote.url.shown);
    return clone->exists ? clone_fetch(clone, error) : clone_make(clone, error);
}

static void note_outcome(struct fetcher *fetcher, const struct error *error)
{
    struct fetcher_facts *facts = &fetcher->facts;
    bool is_good = error->kind == ERROR_NONE;
    pthread_mutex_lock(&fetcher->lock);
    facts->is_busy = false;
    facts->has_clone = fetcher->clone.exists;
    facts->fetched += is_good;
    facts->failed += !is_good;
    if (is_good)
        facts->fetched_at_ms = clock_wall_ms(&clock_system);
    snprintf(facts->failure, sizeof facts->failure, "%s", is_good ? "" : error->message);
    pthread_mutex_unlock(&fetcher->lock);
}

// With the lock held.
static void fetch(struct fetcher *fetcher)
{
    struct error error = {0};
    bool had_failed = fetcher->facts.failure[0] != '\0', was_clone = !fetcher->clone.exists;
    fetch_schedule_begin(&fetcher->schedule);
    fetcher->facts.is_busy = true;
    pthread_mutex_unlock(&fetcher->lock);
    bool is_good = work(fetcher, &error);
    note_outcome(fetcher, &error);
    log_outcome(fetcher, was_clone, had_failed, &error);
    if (is_good)
        fetcher->settings.fetched(fetcher->settings.self);
    pthread_mutex_lock(&fetcher->lock);
    fetch_schedule_end(&fetcher->schedule, is_good, clock_mono_ms(&clock_system));
}

static void *run(void *self)
{
    struct fetcher *fetcher = self;
    pthread_mutex_lock(&fetcher->lock);
    while (!fetcher->is_stopping) {
        int64_t wait_ms = fetch_schedule_wait_ms(&fetcher->schedule, clock_mono_ms(&clock_system));
        struct timespec deadline = clock_deadline(wait_ms);
        if (wait_ms == 0)
            fetch(fetcher);
        else
            pthread_cond_timedwait(&fetcher->changed, &fetcher->lock, &deadline);
    }
    pthread_mutex_unlock(&fetcher->lock);
    return NULL;
}

// ---- its life ----

bool fetcher_open(const struct fetcher_settings *settings, struct fetcher **opened,
                  struct error *error)
{
    struct fetcher *fetcher = must_alloc(sizeof *fetcher);
    fetcher->settings = *settings;
    pthread_mutex_init(&fetcher->lock, NULL);
    clock_condition_init(&fetcher->changed);
    if (!clone_open(&settings->clone, &fetcher->clone, error)) {
        fetcher_free(fetcher);
        return false;
    }
    fetcher->facts.has_clone = fetcher->clone.exists;
    *opened = fetcher;
    return true;
}

void fetcher_start(struct fetcher *fetcher)
{
    check(pthread_create(&fetcher->thread, NULL, run, fetcher) == 0);
    fetcher->has_thread = true;
}

bool fetcher_stop(struct fetcher *fetcher, const struct timespec *deadline)
{
    pthread_mutex_lock(&fetcher->lock);
    fetcher->is_stopping = true;
    pthread_cond_broadcast(&fetcher->changed);
    pthread_mutex_unlock(&fetcher->lock);
    if (fetcher->has_thread && pthread_timedjoin_np(fetcher->thread, NULL, deadline) != 0)
        return false;
    fetcher->has_thread = false;
    return true;
}

void fetcher_free(struct fetcher *fetcher)
{
    if (!fetcher)
        return;
    clone_release(&fetcher->clone);
    pthread_cond_destroy(&fetcher->changed);
    pthread_mutex_destroy(&fetcher->lock);
    free(fetcher);
}

// ---- asking and looking ----

bool fetcher_ask(struct fetcher *fetcher, struct text name)
{
    pthread_mutex_lock(&fetcher->lock);
    bool is_coming = fetch_schedule_ask(&fetcher->schedule, name, clock_mono_ms(&clock_system));
    pthread_cond_broadcast(&fetcher->changed);
    pthread_mutex_unlock(&fetcher->lock);
    return is_coming;
}

void fetcher_look(struct fetcher *fetcher, struct fetcher_facts *facts)
{
    pthread_mutex_lock(&fetcher->lock);
    *facts = fetcher->facts;
    facts->percent = facts->has_clone ? 100 : atomic_load(&fetcher->clone.percent);
    pthread_mutex_unlock(&fetcher->lock);
}
