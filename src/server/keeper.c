// SPDX-License-Identifier: MIT
#include "server/keeper.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/queue.h"
#include "server/config.h"
#include "server/rule_keeper.h"

enum {
    RULES_PATIENCE_MS = 10 * 1000,
    LOOK_EVERY_MS = 15 * 1000,
    LOOK_PAUSE_MS = 300,                  // between two looks that were asked for, however many ask
    RAISE_LINES_PAUSE_MS = 5 * 60 * 1000, // they cost a look at every file
};

struct keeper {
    const struct options *options;
    struct fetcher *fetcher; // NULL unless repo_url is set
    struct queue stop;       // closed to end the thread; nothing travels through it
    struct queue wake;       // holds one item when somebody wants a look
    struct queue_item wake_item;
    pthread_t thread;
    bool has_thread;
    struct rule_keeper *rule_keeper;
    char raise_tip[65];             // this and the next are of the thread alone
    int64_t raise_lines_at_mono_ms; // when they were read; 0: never

    pthread_mutex_t lock; // for what follows
    pthread_cond_t changed;
    struct repository *repository; // once it is open it stays
    struct judge *judge;           // of the paths and rules below
    struct paths *paths;           // NULL while they are not known
    struct rules *rules;
    struct raise_lines *raise_lines; // NULL while they are not known
    bool knows_paths;
    bool is_wake_queued;
    int64_t looks_begun, looks_done;
    int64_t path_n;
    char tip[65];
    char failure[256];
};

// ---- the judge ----

static struct judge *make_judge(const struct keeper *keeper, struct error *error)
{
    const struct options *o = keeper->options;
    struct judge_settings settings = {
        .paths = keeper->paths,
        .rules = keeper->rules,
        .raise_lines = keeper->raise_lines,
        .blame_patterns = o->only_blame_filepaths_matching.items,
        .blame_pattern_n = o->only_blame_filepaths_matching.item_n,
        .path_settings = config_paths(o),
    };
    return judge_new(&settings, error);
}

// With the lock held: a judge of what is known now takes the place of the one in force, which is
// the caller's to drop. Making one is quick: the expressions, of which there are few, are compiled.
static struct judge *renew_judge(struct keeper *keeper)
{
    struct error error = {0};
    struct judge *before = keeper->judge;
    keeper->judge = make_judge(keeper, &error);
    check(keeper->judge != NULL); // the same patterns compiled before
    return before;
}

static bool open_repository(const struct keeper *keeper, struct repository **repository,
                            struct error *error)
{
    const struct repository_settings settings = config_repository(keeper->options);
    return repository_open(&settings, repository, error);
}

static void take_fetched(void *self)
{
    keeper_look_now(self, 0);
}

static bool open_fetcher(struct keeper *keeper, struct error *error)
{
    const struct fetcher_settings settings = {
        .clone = {keeper->options->git_cli_path.at, keeper->options->repo_url.at,
                  keeper->options->repo_dir.at},
        .self = keeper,
        .fetched = take_fetched,
    };
    return fetcher_open(&settings, &keeper->fetcher, error);
}

// What has no clone yet is opened by a look.
static bool open_source(struct keeper *keeper, struct error *error)
{
    if (keeper->options->repo_url.len)
        return open_fetcher(keeper, error);
    return keeper->options->repo_dir.len == 0 ||
           open_repository(keeper, &keeper->repository, error);
}

bool keeper_open(const struct options *options, struct keeper **opened, struct error *error)
{
    struct keeper *keeper = must_alloc(sizeof *keeper);
    keeper->options = options;
    pthread_mutex_init(&keeper->lock, NULL);
    clock_condition_init(&keeper->changed);
    queue_init(&keeper->stop, 1);
    queue_init(&keeper->wake, 1);
    if (!rule_keeper_open(options->config_dir_path.at, options->config_dir_may_be_missing,
                          &keeper->rule_keeper, error)) {
        keeper_free(keeper);
        return false;
    }
    keeper->rules = rule_keeper_hold(keeper->rule_keeper);
    keeper->judge = make_judge(keeper, error);
    if (!keeper->judge || !open_source(keeper, error)) {
        keeper_free(keeper);
        return false;
    }
    *opened = keeper;
    return true;
}

// ---- reading the repository ----

// Takes the paths.
static void take_paths(struct keeper *keeper, struct paths *paths, const char *tip)
{
    pthread_mutex_lock(&keeper->lock);
    struct paths *paths_before = keeper->paths;
    keeper->paths = paths;
    struct judge *before = renew_judge(keeper);
    keeper->knows_paths = true;
    keeper->path_n = (int64_t)paths_count(paths);
    snprintf(keeper->tip, sizeof keeper->tip, "%s", tip);
    keeper->failure[0] = '\0';
    pthread_cond_broadcast(&keeper->changed);
    pthread_mutex_unlock(&keeper->lock);
    judge_drop(before);
    paths_drop(paths_before);
}

static bool read_paths(struct keeper *keeper, bool whole_history, const char *tip,
                       struct error *error)
{
    struct paths *paths = paths_new();
    if (!repository_add_paths(keeper->repository, whole_history, paths, error)) {
        paths_drop(paths);
        return false;
    }
    take_paths(keeper, paths, tip);
    return true;
}

// Opens the clone once it is there.
static bool open_clone(struct keeper *keeper, struct error *error)
{
    struct repository *repository = NULL;
    struct fetcher_facts facts = {0};
    if (keeper->fetcher)
        fetcher_look(keeper->fetcher, &facts);
    if (keeper->repository || !facts.has_clone) // only this thread changes it
        return true;
    if (!open_repository(keeper, &repository, error))
        return false;
    pthread_mutex_lock(&keeper->lock);
    keeper->repository = repository;
    pthread_mutex_unlock(&keeper->lock);
    return true;
}

// Reads what is new. A history that was read stays in force until the new one has been read.
static bool look(struct keeper *keeper, struct error *error)
{
    char tip[65];
    if (!open_clone(keeper, error))
        return false;
    if (!keeper->repository)
        return true;
    if (!repository_tip(keeper->repository, tip, error))
        return false;
    if (strcmp(tip, keeper->tip) == 0) // only this thread changes it
        return true;
    // the newest commit's paths come quickly; it is not marked as read before its history is
    if (!keeper->knows_paths && !read_paths(keeper, false, "", error))
        return false;
    if (!read_paths(keeper, true, tip, error))
        return false;
    log_info("repository: %lld paths in the history of %.12s", (long long)keeper->path_n, tip);
    return true;
}

// Takes the lines.
static void take_raise_lines(struct keeper *keeper, struct raise_lines *lines)
{
    pthread_mutex_lock(&keeper->lock);
    struct raise_lines *lines_before = keeper->raise_lines;
    keeper->raise_lines = lines;
    struct judge *before = renew_judge(keeper);
    pthread_mutex_unlock(&keeper->lock);
    judge_drop(before);
    raise_lines_drop(lines_before);
}

// Finds the lines of the newest commit that only raise, when they are not those known. Without
// them, reports that do not say their lines' text are judged as if none only raised.
static void look_for_raise_lines(struct keeper *keeper)
{
    struct error error = {0};
    int64_t now_ms = clock_mono_ms(&clock_system), at_ms = keeper->raise_lines_at_mono_ms;
    if (strcmp(keeper->raise_tip, keeper->tip) == 0 ||
        (at_ms && now_ms - at_ms < RAISE_LINES_PAUSE_MS))
        return;
    struct raise_lines *lines = raise_lines_new();
    keeper->raise_lines_at_mono_ms = now_ms;
    if (repository_add_raise_lines(keeper->repository, keeper->tip, lines, &error)) {
        snprintf(keeper->raise_tip, sizeof keeper->raise_tip, "%s", keeper->tip);
        take_raise_lines(keeper, lines);
        return;
    }
    raise_lines_drop(lines);
    if (!queue_is_closed(&keeper->stop))
        log_warning("the lines that only raise cannot be read, those of before stay in force: %s",
                    error.message);
}

static void note_failure(struct keeper *keeper, const char *message)
{
    pthread_mutex_lock(&keeper->lock);
    bool is_news = (keeper->failure[0] != '\0') != (message[0] != '\0');
    snprintf(keeper->failure, sizeof keeper->failure, "%.255s", message);
    pthread_cond_broadcast(&keeper->changed);
    pthread_mutex_unlock(&keeper->lock);
    if (is_news && message[0])
        log_warning("the repository cannot be read, the paths of before stay in force: %s",
                    message);
    else if (is_news)
        log_info("the repository can be read again");
}

static void *run(void *self)
{
    struct keeper *keeper = self;
    do {
        struct error error = {0};
        pthread_mutex_lock(&keeper->lock);
        keeper->is_wake_queued = false;
        keeper->looks_begun++;
        pthread_mutex_unlock(&keeper->lock);
        note_failure(keeper, look(keeper, &error) ? "" : error.message);
        pthread_mutex_lock(&keeper->lock);
        keeper->looks_done = keeper->looks_begun;
        pthread_cond_broadcast(&keeper->changed);
        pthread_mutex_unlock(&keeper->lock);
        look_for_raise_lines(keeper);
        queue_take(&keeper->stop, LOOK_PAUSE_MS);
        queue_take(&keeper->wake, LOOK_EVERY_MS);
    } while (!queue_is_closed(&keeper->stop));
    return NULL;
}

// ---- the rules ----

// Takes the rules.
static void take_rules(void *self, struct rules *rules)
{
    struct keeper *keeper = self;
    pthread_mutex_lock(&keeper->lock);
    struct rules *rules_before = keeper->rules;
    keeper->rules = rules;
    struct judge *before = renew_judge(keeper);
    pthread_mutex_unlock(&keeper->lock);
    judge_drop(before);
    rules_drop(rules_before);
}

// ---- its life ----

void keeper_look_now(struct keeper *keeper, int64_t timeout_ms)
{
    struct timespec deadline = clock_deadline(timeout_ms);
    int waited = 0;
    pthread_mutex_lock(&keeper->lock);
    // a look under way may have seen the repository before whatever the caller knows of
    int64_t wanted = keeper->looks_begun + 1;
    if (!keeper->is_wake_queued)
        keeper->is_wake_queued = queue_push(&keeper->wake, &keeper->wake_item);
    bool will_look = keeper->is_wake_queued; // not when the keeper is stopping
    while (will_look && keeper->looks_done < wanted && waited == 0)
        waited = pthread_cond_timedwait(&keeper->changed, &keeper->lock, &deadline);
    pthread_mutex_unlock(&keeper->lock);
}

bool keeper_start(struct keeper *keeper, int64_t project_id, int64_t patience_ms,
                  struct error *error)
{
    const struct rule_keeper_settings settings = {
        .store_address = keeper->options->store.at,
        .project_id = project_id,
        .self = keeper,
        .use = take_rules,
    };
    if (!rule_keeper_start(keeper->rule_keeper, &settings, error))
        return false;
    if (!keeper->repository && !keeper->fetcher)
        return true;
    struct timespec deadline = clock_deadline(patience_ms);
    check(pthread_create(&keeper->thread, NULL, run, keeper) == 0);
    keeper->has_thread = true;
    if (keeper->fetcher)
        fetcher_start(keeper->fetcher);
    pthread_mutex_lock(&keeper->lock);
    int waited = 0;
    bool has_repository = keeper->repository != NULL; // else a clone is to be made first
    while (has_repository && !keeper->knows_paths && !keeper->failure[0] && waited == 0)
        waited = pthread_cond_timedwait(&keeper->changed, &keeper->lock, &deadline);
    pthread_mutex_unlock(&keeper->lock);
    return true;
}

bool keeper_stop(struct keeper *keeper, const struct timespec *deadline)
{
    queue_close(&keeper->stop);
    queue_close(&keeper->wake);
    if (keeper->fetcher && !fetcher_stop(keeper->fetcher, deadline))
        return false;
    if (!rule_keeper_stop(keeper->rule_keeper, deadline))
        return false;
    if (keeper->has_thread && pthread_timedjoin_np(keeper->thread, NULL, deadline) != 0)
        return false;
    keeper->has_thread = false;
    return true;
}

void keeper_free(struct keeper *keeper)
{
    if (!keeper)
        return;
    judge_drop(keeper->judge);
    paths_drop(keeper->paths);
    rules_drop(keeper->rules);
    rule_keeper_free(keeper->rule_keeper);
    raise_lines_drop(keeper->raise_lines);
    fetcher_free(keeper->fetcher);
    repository_close(keeper->repository);
    queue_take(&keeper->wake, 0); // a look that nobody will take any more
    queue_release(&keeper->wake);
    queue_release(&keeper->stop);
    pthread_cond_destroy(&keeper->changed);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}

// ---- looking ----

struct judge *keeper_hold_judge(struct keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    struct judge *judge = judge_hold(keeper->judge);
    pthread_mutex_unlock(&keeper->lock);
    return judge;
}

void keeper_renew_rules(struct keeper *keeper)
{
    rule_keeper_look_now(keeper->rule_keeper, RULES_PATIENCE_MS);
}

struct repository *keeper_repository(struct keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    struct repository *repository = keeper->repository;
    pthread_mutex_unlock(&keeper->lock);
    return repository;
}

bool keeper_awaits_repository(struct keeper *keeper)
{
    return keeper->fetcher && !keeper_repository(keeper);
}

bool keeper_fetch_for(struct keeper *keeper, struct text name)
{
    return keeper->fetcher && fetcher_ask(keeper->fetcher, name);
}

bool keeper_knows_paths(struct keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    bool knows_paths = keeper->knows_paths;
    pthread_mutex_unlock(&keeper->lock);
    return knows_paths;
}

void keeper_look(struct keeper *keeper, struct keeper_facts *facts)
{
    *facts = (struct keeper_facts){.has_fetcher = keeper->fetcher != NULL};
    if (keeper->fetcher)
        fetcher_look(keeper->fetcher, &facts->fetcher);
    pthread_mutex_lock(&keeper->lock);
    facts->has_repository = keeper->repository || keeper->fetcher;
    facts->knows_paths = keeper->knows_paths;
    facts->path_n = keeper->path_n;
    facts->raise_line_n = keeper->raise_lines ? (int64_t)raise_lines_count(keeper->raise_lines) : 0;
    memcpy(facts->tip, keeper->tip, sizeof facts->tip);
    memcpy(facts->failure, keeper->failure, sizeof facts->failure);
    for (int file = 0; file < RULE_FILE_N; file++)
        facts->rule_n[file] = (int64_t)rules_count(keeper->rules, file);
    pthread_mutex_unlock(&keeper->lock);
    rule_keeper_failure(keeper->rule_keeper, facts->rules_failure);
}
