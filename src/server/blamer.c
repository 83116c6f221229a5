// SPDX-License-Identifier: MIT
#include "server/blamer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "server/owner_finder.h"
#include "server/predecessor.h"
#include "server/rivals.h"

enum {
    WAITING_MAX = 1000,
    TOGETHER_MAX = 200, // lines of one file at one revision that one git process is asked for
    NOT_READY_RETRY_MS = 500,
    CLONE_RETRY_MS = 5000, // while the clone is being made
    FETCH_RETRY_MS = 1000, // while a fetch is coming that may bring what a report names
    LOOK_PATIENCE_MS = 5000,
    // A file that the repository does not have may be of a commit that has not been fetched yet: so
    // often it is looked for again, with the pauses below about eight minutes, before it is taken
    // to be foreign.
    LOOK_TRY_MAX = 8,
    NOT_SERVED_RETRY_MS = 60 * 60 * 1000, // of a project that is not served any more
    NICENESS = 5,                         // added to the server's own
    RETRY_FIRST_MS = 2000,                // doubled with every failure ...
    RETRY_MAX_MS = 10 * 60 * 1000,
    TRY_MAX = 150, // with these pauses about a day: an object that is missing never comes back
};

// A job's own copy.
struct task {
    struct task *next;
    struct arena arena;
    struct blame_job job;
    const struct served_project *project;
};

struct blamer {
    struct blamer_settings settings;
    pthread_t *threads;
    int thread_n;

    pthread_mutex_t lock; // for what follows
    pthread_cond_t changed;
    struct task *first, *last;
    bool is_stopping;
    int taken_n; // threads that work, and places that were taken
    int *busy;   // threads that work for each project, in the projects' order
    struct blamer_facts facts;
};

// ---- waiting tasks ----

static void answer_later(struct blamer *blamer, int64_t site_id, int64_t retry_after_ms)
{
    struct blame_answer *answer = blame_answer_new(site_id);
    answer->retry_after_ms = retry_after_ms;
    blamer->settings.answer(blamer->settings.self, answer);
}

bool blamer_take(struct blamer *blamer, const struct blame_job *job)
{
    const struct served_project *project =
        projects_find(blamer->settings.projects, job->site.project_id);
    if (!project) {
        answer_later(blamer, job->site_id, NOT_SERVED_RETRY_MS);
        return true;
    }
    struct task *task = must_alloc(sizeof *task);
    task->job = *job;
    task->project = project;
    struct site *site = &task->job.site;
    struct text *texts[] = {
        &site->revision,   &site->path,      &site->function,        &site->text,
        &task->job.before, &task->job.after, &task->job.fixed_commit};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_copy(&task->arena, *texts[i]);
    pthread_mutex_lock(&blamer->lock);
    bool fits = !blamer->is_stopping && blamer->facts.waiting < WAITING_MAX;
    if (fits) {
        *(blamer->last ? &blamer->last->next : &blamer->first) = task;
        blamer->last = task;
        blamer->facts.waiting++;
        pthread_cond_signal(&blamer->changed);
    }
    pthread_mutex_unlock(&blamer->lock);
    if (!fits) {
        arena_release(&task->arena);
        free(task);
    }
    return fits;
}

static bool go_together(const struct blame_job *left, const struct blame_job *right)
{
    const struct site *a = &left->site, *b = &right->site;
    return !left->fixed_commit.len && !right->fixed_commit.len && a->project_id == b->project_id &&
           a->is_mapped == b->is_mapped && text_equal(a->path, b->path) &&
           text_equal(a->revision, b->revision);
}

static int *busy_for(struct blamer *blamer, const struct task *task)
{
    return &blamer->busy[task->project - blamer->settings.projects->all];
}

// With the lock held: the first task of the project that has the fewest threads. One thread is
// never a single project's while there are others, so that a repository that hangs delays its own
// alone.
static struct task **find_next(struct blamer *blamer)
{
    bool is_alone = blamer->settings.projects->n == 1 || blamer->thread_n == 1;
    int busy_max = is_alone ? blamer->thread_n : blamer->thread_n - 1;
    struct task **next = NULL;
    if (blamer->taken_n == blamer->thread_n)
        return NULL;
    for (struct task **link = &blamer->first; *link; link = &(*link)->next) {
        int busy = *busy_for(blamer, *link);
        if (busy < busy_max && (!next || busy < *busy_for(blamer, *next)))
            next = link;
    }
    return next;
}

// With the lock held: the next task and all others that one git process can answer with it.
static struct task *take_together(struct blamer *blamer, struct task **next)
{
    struct task *taken = *next, *end = taken;
    int taken_n = 1;
    *next = taken->next;
    taken->next = NULL;
    blamer->last = NULL;
    for (struct task **link = &blamer->first; *link;) {
        struct task *task = *link;
        if (taken_n < TOGETHER_MAX && go_together(&task->job, &taken->job)) {
            *link = task->next;
            task->next = NULL;
            end = end->next = task;
            taken_n++;
        } else {
            blamer->last = task;
            link = &task->next;
        }
    }
    blamer->facts.waiting -= taken_n;
    blamer->facts.running += taken_n;
    return taken;
}

// ---- answering ----

static void send_answer(struct blamer *blamer, struct blame_answer *answer)
{
    blamer->settings.answer(blamer->settings.self, answer);
}

// An attempt has failed; the more did before, the longer the pause.
static void try_again(struct blamer *blamer, const struct task *task)
{
    int64_t wait = RETRY_FIRST_MS;
    for (int64_t i = 0; i < task->job.attempts && wait < RETRY_MAX_MS; i++)
        wait *= 2;
    struct blame_answer *answer = blame_answer_new(task->job.site_id);
    answer->retry_after_ms = wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS;
    answer->was_tried = true;
    send_answer(blamer, answer);
}

static void answer_nobody(struct blamer *blamer, const struct task *task, enum owner_state state,
                          struct text reason)
{
    struct blame_answer *answer = blame_answer_new(task->job.site_id);
    answer->ownership.state = state;
    answer->ownership.reason = arena_copy(&answer->arena, reason);
    if (state != OWNER_NONE)
        owner_choose(&task->project->owner, NULL, task->job.site.path, NULL, 0, &answer->arena,
                     &answer->ownership);
    send_answer(blamer, answer);
}

static void note_failure(struct blamer *blamer, const char *message)
{
    pthread_mutex_lock(&blamer->lock);
    bool is_news = message[0] && !blamer->facts.failure[0];
    if (message[0])
        blamer->facts.failed++;
    snprintf(blamer->facts.failure, sizeof blamer->facts.failure, "%.255s", message);
    pthread_mutex_unlock(&blamer->lock);
    if (is_news)
        log_warning("git could not be asked about a line, it will be asked again: %s", message);
}

// By the rules in force: they may have changed since the report was judged.
static bool find_owner(const struct served_project *project, struct text path,
                       const struct blame_finding *finding, struct arena *arena,
                       struct ownership *ownership, struct error *error)
{
    struct judge *judge = keeper_hold_judge(project->keeper);
    const struct owner_question question = {.repository = keeper_repository(project->keeper),
                                            .settings = &project->owner,
                                            .rules = judge_rules(judge),
                                            .path = path,
                                            .finding = finding};
    bool ok = owner_find(&question, arena, ownership, error);
    judge_drop(judge);
    return ok;
}

static void copy_ownership(struct ownership *ownership, struct arena *arena)
{
    struct text *texts[] = {&ownership->owner_email,    &ownership->author_name,
                            &ownership->author_email,   &ownership->co_authors,
                            &ownership->commit_subject, &ownership->reason};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_copy(arena, *texts[i]);
}

// path: in the repository, where the report says the line is.
static void answer_finding(struct blamer *blamer, const struct task *task, struct text path,
                           const struct blame_finding *finding, struct arena *scratch)
{
    struct ownership ownership;
    struct error error = {0};
    if (!find_owner(task->project, path, finding, scratch, &ownership, &error)) {
        note_failure(blamer, error.message);
        try_again(blamer, task);
        return;
    }
    struct blame_answer *answer = blame_answer_new(task->job.site_id);
    struct arena *arena = &answer->arena;
    if (!task->job.site.is_mapped || !text_equal(path, task->job.site.path))
        answer->path = arena_copy(arena, path);
    answer->line =
        (struct line_identity){arena_copy(arena, finding->line.commit),
                               arena_copy(arena, finding->line.path), finding->line.number};
    copy_ownership(&ownership, arena);
    answer->ownership = ownership;
    answer->predecessor_id =
        predecessor_find(keeper_repository(task->project->keeper), blamer->settings.store_address,
                         task->job.site.project_id, finding);
    send_answer(blamer, answer);
}

static void send_age(struct blamer *blamer, const struct task *task, enum fix_age age)
{
    struct blame_answer *answer = blame_answer_new(task->job.site_id);
    answer->fixed_commit = arena_copy(&answer->arena, task->job.fixed_commit);
    answer->age = age;
    send_answer(blamer, answer);
}

static void postpone_all(struct blamer *blamer, const struct task *tasks, int64_t retry_after_ms)
{
    for (const struct task *task = tasks; task; task = task->next)
        answer_later(blamer, task->job.site_id, retry_after_ms);
}

// Whether a fetch is coming that may tell more: of a release that is not known, or of a line that
// no known commit has.
static bool is_coming(struct keeper *keeper, const struct blame_query *queries,
                      const struct blame_finding *findings, size_t n, struct arena *arena)
{
    bool is_coming = findings[0].is_release_missing && keeper_fetch_for(keeper, queries[0].release);
    for (size_t i = 0; i < n && !findings[0].is_release_missing; i++)
        if (!findings[i].is_found || findings[i].confidence <= CONFIDENCE_LOW)
            is_coming |= keeper_fetch_for(
                keeper, arena_printf(arena, "%.*s:%.*s", TEXT_ARG(queries[i].path),
                                     TEXT_ARG(text_clip(queries[i].evidence.text, 1000))));
    return is_coming;
}

// Asks about the paths that end alike where git could not find the lines.
static bool ask_rivals(const struct task *tasks, struct repository *repository,
                       struct blame_query *queries, struct blame_finding *findings,
                       struct arena *arena, struct error *error)
{
    struct judge *judge = keeper_hold_judge(tasks->project->keeper);
    bool ok = true;
    for (const struct task *task = tasks; ok && task; task = task->next, queries++, findings++) {
        const struct site *site = &task->job.site;
        struct frame frame = {.path = site->path, .filename = site->path};
        struct text rivals[RIVAL_MAX];
        size_t shared_n =
            site->is_mapped ? (size_t)site->shared_n : judge_shared(judge, &frame, queries->path);
        size_t n = judge_list_rivals(judge, queries->path, shared_n, rivals, RIVAL_MAX);
        for (size_t i = 0; i < n; i++)
            rivals[i] = arena_copy(arena, rivals[i]);
        ok = rivals_try(repository, rivals, n, queries, arena, findings, error);
    }
    judge_drop(judge);
    return ok;
}

static void ask_git(struct blamer *blamer, struct task *tasks, struct text path,
                    struct arena *arena)
{
    struct repository *repository = keeper_repository(tasks->project->keeper);
    size_t n = 0;
    for (struct task *task = tasks; task; task = task->next)
        n++;
    struct blame_query *queries = arena_array(arena, struct blame_query, n);
    struct blame_finding *findings = arena_array(arena, struct blame_finding, n);
    size_t i = 0;
    for (struct task *task = tasks; task; task = task->next, i++)
        queries[i] = (struct blame_query){
            .release = task->job.site.revision,
            .path = path,
            .evidence = {task->job.site.line_number, task->job.site.text, task->job.before,
                         task->job.after},
        };
    struct error error = {0};
    bool is_answered = repository_blame(repository, queries, n, arena, findings, &error) &&
                       ask_rivals(tasks, repository, queries, findings, arena, &error);
    note_failure(blamer, is_answered ? "" : error.message);
    if (is_answered && is_coming(tasks->project->keeper, queries, findings, n, arena)) {
        postpone_all(blamer, tasks, FETCH_RETRY_MS);
        return;
    }
    i = 0;
    for (struct task *task = tasks; task; task = task->next, i++) {
        if (!is_answered && task->job.attempts < TRY_MAX)
            try_again(blamer, task);
        else if (!is_answered)
            answer_nobody(
                blamer, task, OWNER_DEFAULT,
                arena_printf(arena, "git could not be asked for a day: %s", error.message));
        else if (findings[i].tip.len)
            answer_finding(blamer, task, queries[i].path, &findings[i], arena);
        else
            answer_nobody(blamer, task, OWNER_DEFAULT, findings[i].reason);
    }
}

// The path in the repository of a site that was judged before the repository was known.
static bool map_late(const struct task *task, struct arena *arena, struct text *path)
{
    const struct site *site = &task->job.site;
    struct judge *judge = keeper_hold_judge(task->project->keeper);
    struct frame frame = {.path = site->path, .filename = site->path};
    bool is_ours = judge_frame(judge, &frame, path);
    *path = arena_copy(arena, *path); // it may belong to the judge's paths
    judge_drop(judge);
    return is_ours;
}

enum place { PLACE_OURS, PLACE_FOREIGN, PLACE_UNKNOWN_YET, PLACE_NOT_READ_YET };

// Whether a site lies in the repository, and where. One that did not when it was judged may be of
// code that was deployed before its commit was read, or before it was fetched.
static enum place find_place(const struct task *task, struct arena *arena, struct text *path)
{
    struct keeper *keeper = task->project->keeper;
    const struct site *site = &task->job.site;
    *path = site->path;
    if (site->is_mapped)
        return PLACE_OURS;
    if (!keeper_knows_paths(keeper))
        return PLACE_NOT_READ_YET;
    if (map_late(task, arena, path))
        return PLACE_OURS;
    keeper_look_now(keeper, LOOK_PATIENCE_MS);
    if (map_late(task, arena, path))
        return PLACE_OURS;
    keeper_fetch_for(keeper, site->path);
    return task->job.attempts < LOOK_TRY_MAX ? PLACE_UNKNOWN_YET : PLACE_FOREIGN;
}

static void answer_place(struct blamer *blamer, struct task *tasks, struct arena *arena)
{
    struct text path;
    enum place place = find_place(tasks, arena, &path);
    if (place == PLACE_OURS) {
        ask_git(blamer, tasks, path, arena);
        return;
    }
    if (place == PLACE_NOT_READ_YET) {
        postpone_all(blamer, tasks, NOT_READY_RETRY_MS);
        return;
    }
    for (struct task *task = tasks; task; task = task->next)
        if (place == PLACE_FOREIGN)
            answer_nobody(blamer, task, OWNER_NONE, TEXT("the file is not in the repository"));
        else
            try_again(blamer, task);
}

// Whether the release contains the commit with which the error was marked as fixed.
static void answer_about_fix(struct blamer *blamer, const struct task *task)
{
    struct keeper *keeper = task->project->keeper;
    const struct blame_job *job = &task->job;
    struct error error = {0};
    enum fix_age age;
    bool is_missing;
    bool is_answered = repository_fix_age(keeper_repository(keeper), job->site.revision,
                                          job->fixed_commit, &age, &is_missing, &error);
    note_failure(blamer, is_answered ? "" : error.message);
    if (!is_answered)
        try_again(blamer, task);
    else if (is_missing && keeper_fetch_for(keeper, job->site.revision))
        answer_later(blamer, job->site_id, FETCH_RETRY_MS);
    else
        send_age(blamer, task, age);
}

static void answer_tasks(struct blamer *blamer, struct task *tasks)
{
    struct arena arena = {0};
    bool is_about_fix = tasks->job.fixed_commit.len > 0; // then it is alone
    if (is_about_fix && keeper_repository(tasks->project->keeper))
        answer_about_fix(blamer, tasks);
    else if (keeper_repository(tasks->project->keeper))
        answer_place(blamer, tasks, &arena);
    else if (keeper_awaits_repository(tasks->project->keeper))
        postpone_all(blamer, tasks, CLONE_RETRY_MS);
    else if (is_about_fix)
        send_age(blamer, tasks, FIX_UNKNOWN);
    else
        for (struct task *task = tasks; task; task = task->next)
            answer_nobody(blamer, task, OWNER_DEFAULT,
                          TEXT("no repository is configured that could tell who wrote the line"));
    arena_release(&arena);
}

static void free_tasks(struct task *tasks)
{
    for (struct task *task = tasks, *next; task; task = next) {
        next = task->next;
        arena_release(&task->arena);
        free(task);
    }
}

static void *run(void *self)
{
    struct blamer *blamer = self;
    // This thread's and its children's alone, on Linux: reports are not to wait for git.
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
    pthread_mutex_lock(&blamer->lock);
    for (;;) {
        struct task **next;
        while (!(next = find_next(blamer)) && !blamer->is_stopping)
            pthread_cond_wait(&blamer->changed, &blamer->lock);
        if (blamer->is_stopping)
            break;
        struct task *tasks = take_together(blamer, next);
        int *busy = busy_for(blamer, tasks);
        ++*busy;
        blamer->taken_n++;
        pthread_mutex_unlock(&blamer->lock);
        int64_t task_n = 0;
        for (struct task *task = tasks; task; task = task->next)
            task_n++;
        answer_tasks(blamer, tasks);
        free_tasks(tasks);
        pthread_mutex_lock(&blamer->lock);
        --*busy;
        blamer->taken_n--;
        blamer->facts.running -= task_n;
        blamer->facts.done += task_n;
        pthread_cond_broadcast(&blamer->changed); // its project may have another thread again
    }
    pthread_mutex_unlock(&blamer->lock);
    return NULL;
}

// ---- the face ----

struct blamer *blamer_start(const struct blamer_settings *settings)
{
    struct blamer *blamer = must_alloc(sizeof *blamer);
    blamer->settings = *settings;
    pthread_mutex_init(&blamer->lock, NULL);
    pthread_cond_init(&blamer->changed, NULL);
    blamer->thread_n = settings->thread_n;
    blamer->busy = must_alloc(settings->projects->n * sizeof *blamer->busy);
    blamer->threads = must_alloc((size_t)settings->thread_n * sizeof *blamer->threads);
    for (int i = 0; i < blamer->thread_n; i++)
        check(pthread_create(&blamer->threads[i], NULL, run, blamer) == 0);
    return blamer;
}

bool blamer_take_place(struct blamer *blamer)
{
    pthread_mutex_lock(&blamer->lock);
    bool is_free = !blamer->first && blamer->taken_n < blamer->thread_n;
    blamer->taken_n += is_free;
    pthread_mutex_unlock(&blamer->lock);
    return is_free;
}

void blamer_give_place(struct blamer *blamer, const char *failure)
{
    if (failure)
        note_failure(blamer, failure);
    pthread_mutex_lock(&blamer->lock);
    blamer->taken_n--;
    pthread_cond_broadcast(&blamer->changed);
    pthread_mutex_unlock(&blamer->lock);
}

bool blamer_stop(struct blamer *blamer, const struct timespec *deadline)
{
    pthread_mutex_lock(&blamer->lock);
    blamer->is_stopping = true;
    pthread_cond_broadcast(&blamer->changed);
    pthread_mutex_unlock(&blamer->lock);
    for (int i = 0; i < blamer->thread_n; i++)
        if (pthread_timedjoin_np(blamer->threads[i], NULL, deadline) != 0)
            return false;
    return true;
}

void blamer_free(struct blamer *blamer)
{
    free_tasks(blamer->first);
    pthread_cond_destroy(&blamer->changed);
    pthread_mutex_destroy(&blamer->lock);
    free(blamer->threads);
    free(blamer->busy);
    free(blamer);
}

void blamer_look(struct blamer *blamer, struct blamer_facts *facts)
{
    pthread_mutex_lock(&blamer->lock);
    *facts = blamer->facts;
    pthread_mutex_unlock(&blamer->lock);
}
