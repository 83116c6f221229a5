// SPDX-License-Identifier: MIT
// A look costs nothing while the keeper knows of no newer commit. What was read is remembered in
// the transaction that sets the marks, so none is lost or set twice by a crash; what fails is tried
// again by the next look.
#include "server/fix_reader.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/queue.h"
#include "io/store_fixed.h"

enum {
    LOOK_EVERY_MS = 1000,
    RETRY_MS = 30 * 1000, // after a failure
};

struct fix_reader {
    struct fix_reader_settings settings;
    struct queue stop; // closed to end the thread; nothing travels through it
    pthread_t thread;
    struct store *store;
    char (*tips)[65]; // read so far, in the projects' order; empty: look into the store
};

// What one look found.
struct findings {
    int64_t project_id, now_ms;
    struct text tip;
    const struct commit_fix *fixes; // newest first
    size_t fix_n;
};

static bool mark(const struct findings *found, const struct commit_fix *fix, struct store *store,
                 struct error *error)
{
    bool is_new = false;
    const struct fixed_mark mark = {.project_id = found->project_id,
                                    .error_id = fix->error_id,
                                    .is_fixed = true,
                                    .who = fix->author,
                                    .commit = fix->commit,
                                    .at_ms = found->now_ms};
    if (!store_mark_fixed_by_commit(store, &mark, &is_new, error))
        return false;
    log_info("commit %.12s says that it mends error %lld: %s", fix->commit.at,
             (long long)fix->error_id,
             is_new ? "marked as fixed" : "there is none, or it was marked by this commit before");
    return true;
}

static bool apply(void *data, struct store *store, struct error *error)
{
    const struct findings *found = data;
    for (size_t i = found->fix_n; i > 0; i--)
        if (!mark(found, &found->fixes[i - 1], store, error))
            return false;
    return store_set_read_commit(store, found->project_id, found->tip, error);
}

// Reads what is new in a project up to tip.
static bool read_project(struct fix_reader *reader, const struct served_project *project,
                         const char *tip, struct arena *arena, struct error *error)
{
    struct findings found = {.project_id = project->project.id,
                             .now_ms = clock_wall_ms(reader->settings.clock),
                             .tip = text_of(tip)};
    struct text since;
    struct commit_fix *fixes = NULL;
    if (!store_find_read_commit(reader->store, found.project_id, arena, &since, error))
        return false;
    if (text_equal(since, found.tip))
        return true;
    if (since.len && !repository_list_fixes(keeper_repository(project->keeper), tip, since, arena,
                                            &fixes, &found.fix_n, error))
        return false;
    if (!since.len)
        log_info("commits after %.12s are read for the errors that they mend", tip);
    found.fixes = fixes;
    return reader->settings.change(reader->settings.self, apply, &found, error);
}

static bool look_at(struct fix_reader *reader, size_t i)
{
    const struct served_project *project = &reader->settings.projects->all[i];
    struct keeper_facts facts;
    struct arena arena = {0};
    struct error error = {0};
    keeper_look(project->keeper, &facts);
    if (!facts.tip[0] || strcmp(facts.tip, reader->tips[i]) == 0)
        return true;
    bool is_read = read_project(reader, project, facts.tip, &arena, &error);
    arena_release(&arena);
    if (is_read)
        memcpy(reader->tips[i], facts.tip, sizeof facts.tip);
    else if (!queue_is_closed(&reader->stop))
        log_warning("what new commits mend cannot be read, it will be tried again: %s",
                    error.message);
    return is_read;
}

static void *run(void *self)
{
    struct fix_reader *reader = self;
    while (!queue_is_closed(&reader->stop)) {
        bool is_well = true;
        for (size_t i = 0; i < reader->settings.projects->n; i++)
            is_well &= look_at(reader, i);
        queue_take(&reader->stop, is_well ? LOOK_EVERY_MS : RETRY_MS);
    }
    return NULL;
}

bool fix_reader_start(const struct fix_reader_settings *settings, struct fix_reader **started,
                      struct error *error)
{
    struct fix_reader *reader = must_alloc(sizeof *reader);
    reader->settings = *settings;
    reader->tips = must_alloc(settings->projects->n * sizeof *reader->tips);
    queue_init(&reader->stop, 1);
    if (!store_open(settings->store_address, STORE_READ, &reader->store, error)) {
        fix_reader_free(reader);
        return false;
    }
    check(pthread_create(&reader->thread, NULL, run, reader) == 0);
    *started = reader;
    return true;
}

bool fix_reader_stop(struct fix_reader *reader, const struct timespec *deadline)
{
    queue_close(&reader->stop);
    return pthread_timedjoin_np(reader->thread, NULL, deadline) == 0;
}

void fix_reader_free(struct fix_reader *reader)
{
    if (!reader)
        return;
    store_close(reader->store);
    queue_release(&reader->stop);
    free(reader->tips);
    free(reader);
}
