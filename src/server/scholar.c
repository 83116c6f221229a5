// SPDX-License-Identifier: MIT
#include "server/scholar.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "io/git_study.h"
#include "io/store_study.h"

enum {
    LOOK_AGAIN_MS = 500,
    NOT_SERVED_RETRY_MS = 60 * 60 * 1000, // of a project without a repository, or not served
    CLONE_RETRY_MS = 5 * 1000,
    RETRY_FIRST_MS = 10 * 1000, // doubled with every failure ...
    RETRY_MAX_MS = 60 * 60 * 1000,
};

struct scholar {
    struct scholar_settings settings;
    struct store *store; // a reader
    pthread_t thread;

    pthread_mutex_t lock; // for what follows
    pthread_cond_t changed;
    bool is_stopping;
};

// ---- what becomes of a job ----

struct outcome {
    const struct study_job *job;
    struct text body;    // empty: none, and it is tried again
    int64_t retry_at_ms; // then
};

static bool store_outcome(void *data, struct store *store, struct error *error)
{
    const struct outcome *outcome = data;
    return outcome->body.len
               ? store_keep_study(store, outcome->job, outcome->body, error)
               : store_postpone_study(store, outcome->job, outcome->retry_at_ms, error);
}

static bool settle(struct scholar *scholar, struct outcome *outcome, struct error *error)
{
    return scholar->settings.change(scholar->settings.self, store_outcome, outcome, error);
}

static bool postpone(struct scholar *scholar, const struct study_job *job, int64_t wait_ms,
                     struct error *error)
{
    struct outcome outcome = {.job = job,
                              .retry_at_ms = clock_wall_ms(scholar->settings.clock) + wait_ms};
    return settle(scholar, &outcome, error);
}

static bool try_again(struct scholar *scholar, const struct study_job *job, struct error *error)
{
    int64_t wait_ms = RETRY_FIRST_MS;
    for (int64_t i = 0; i < job->attempts && wait_ms < RETRY_MAX_MS; i++)
        wait_ms *= 2;
    return postpone(scholar, job, wait_ms < RETRY_MAX_MS ? wait_ms : RETRY_MAX_MS, error);
}

static bool keep(struct scholar *scholar, const struct study_job *job, const struct study *study,
                 struct error *error)
{
    struct buffer body = {0};
    study_write(study, &body);
    if (body.failed)
        fatal_out_of_memory();
    struct outcome outcome = {.job = job, .body = buffer_text(&body)};
    bool ok = settle(scholar, &outcome, error);
    buffer_release(&body);
    return ok;
}

// ---- one job ----

static struct study_query query_of(const struct study_job *job)
{
    const struct site *site = &job->site;
    struct study_query query = {
        .line = {.release = site->revision,
                 .path = site->path,
                 .evidence = {site->line_number, site->text, job->before, job->after}},
        .earlier_n = job->earlier_n,
    };
    memcpy(query.earlier, job->earlier, sizeof query.earlier);
    return query;
}

// Gives the place back.
static bool study(struct scholar *scholar, const struct study_job *job, struct arena *arena,
                  struct error *error)
{
    struct blamer *blamer = scholar->settings.blamer;
    const struct served_project *project =
        projects_find(scholar->settings.projects, job->site.project_id);
    struct repository *repository = project ? keeper_repository(project->keeper) : NULL;
    if (!repository) {
        bool is_coming = project && keeper_awaits_repository(project->keeper);
        blamer_give_place(blamer, NULL);
        return postpone(scholar, job, is_coming ? CLONE_RETRY_MS : NOT_SERVED_RETRY_MS, error);
    }
    struct study_query query = query_of(job);
    struct study found;
    struct error why = {0};
    bool is_answered = git_study(repository, &query, arena, &found, &why);
    blamer_give_place(blamer, is_answered ? "" : why.message);
    return is_answered ? keep(scholar, job, &found, error) : try_again(scholar, job, error);
}

// Whether there may be another job at once.
static bool study_next(struct scholar *scholar)
{
    struct arena arena = {0};
    struct study_job job;
    struct error error = {0};
    int64_t now_ms = clock_wall_ms(scholar->settings.clock);
    bool is_done = store_find_study_job(scholar->store, now_ms, &arena, &job, &error) &&
                   blamer_take_place(scholar->settings.blamer) &&
                   study(scholar, &job, &arena, &error);
    arena_release(&arena);
    return is_done;
}

// ---- the thread ----

// Gives whether the scholar is to go on.
static bool wait(struct scholar *scholar, int64_t wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += wait_ms % 1000 * 1000000;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&scholar->lock);
    while (!scholar->is_stopping && wait_ms &&
           pthread_cond_timedwait(&scholar->changed, &scholar->lock, &until) != ETIMEDOUT)
        continue;
    bool goes_on = !scholar->is_stopping;
    pthread_mutex_unlock(&scholar->lock);
    return goes_on;
}

static void *run(void *self)
{
    struct scholar *scholar = self;
    bool has_more = false;
    while (wait(scholar, has_more ? 0 : LOOK_AGAIN_MS))
        has_more = study_next(scholar);
    return NULL;
}

// ---- the face ----

struct scholar *scholar_start(const struct scholar_settings *settings, struct error *error)
{
    struct store *store;
    if (!store_open(settings->store_address, STORE_READ, &store, error))
        return NULL;
    struct scholar *scholar = must_alloc(sizeof *scholar);
    scholar->settings = *settings;
    scholar->store = store;
    pthread_mutex_init(&scholar->lock, NULL);
    pthread_cond_init(&scholar->changed, NULL);
    check(pthread_create(&scholar->thread, NULL, run, scholar) == 0);
    return scholar;
}

bool scholar_stop(struct scholar *scholar, const struct timespec *deadline)
{
    pthread_mutex_lock(&scholar->lock);
    scholar->is_stopping = true;
    pthread_cond_broadcast(&scholar->changed);
    pthread_mutex_unlock(&scholar->lock);
    return pthread_timedjoin_np(scholar->thread, NULL, deadline) == 0;
}

void scholar_free(struct scholar *scholar)
{
    store_close(scholar->store);
    pthread_cond_destroy(&scholar->changed);
    pthread_mutex_destroy(&scholar->lock);
    free(scholar);
}
