// SPDX-License-Identifier: MIT
// Two sources, one snapshot: the rules of the pages come first, as they are the newer word, then
// those of the files. Each source stays as it was while it cannot be read, and the other one moves
// on without it.
#include "server/rule_keeper.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/queue.h"
#include "core/week.h"
#include "io/store_rules.h"
#include "server/rule_files.h"

enum { LOOK_EVERY_MS = 1000 };

struct rule_keeper {
    struct rule_keeper_settings settings;
    struct queue wake; // holds one item when somebody wants a look; closed to end the thread
    struct queue_item wake_item;
    pthread_t thread;
    bool has_thread;

    // of the thread alone, once there is one
    struct rule_files files;
    struct rules *of_files;
    struct store *store;
    struct arena arena; // of the rules of the pages
    struct stored_rule *stored;
    size_t stored_n;
    int64_t audit_id; // the newest change that they hold; -1: not known

    pthread_mutex_t lock; // for what follows
    pthread_cond_t changed;
    bool is_wake_queued;
    int64_t looks_begun, looks_done;
    char failure[RULE_FAILURE_MAX];
};

// ---- one snapshot of both ----

static void warn(void *self, const char *message)
{
    (void)self;
    log_warning("%s", message);
}

static bool find_file(struct text name, enum rule_file *file)
{
    for (int i = 0; i < RULE_FILE_N; i++)
        if (text_equal(name, text_of(rule_file_names[i]))) {
            *file = (enum rule_file)i;
            return true;
        }
    return false;
}

static void add_stored(struct rules *rules, const struct stored_rule *stored)
{
    char date[11];
    char source[200];
    enum rule_file file;
    struct error error = {0};
    bool was_changed = stored->changed_at_ms != 0;
    struct text who = text_clip(was_changed ? stored->changed_by : stored->added_by, 150);
    date_write(was_changed ? stored->changed_at_ms : stored->added_at_ms, date);
    snprintf(source, sizeof source, "%s on the page by %.*s on %s",
             was_changed ? "changed" : "added", TEXT_ARG(who), date);
    if (!find_file(stored->file, &file))
        log_warning("rule %lld of the pages is left out: there is no rule file named %.*s",
                    (long long)stored->id, TEXT_ARG(text_clip(stored->file, 100)));
    else if (!rules_add_stored(rules, file, stored->body, stored->id, text_of(source),
                               (struct rules_warnings){NULL, warn}, &error))
        log_warning("a rule of the pages is left out: %s", error.message);
}

static void use(struct rule_keeper *keeper)
{
    size_t n = 0;
    struct rules *rules = rules_new();
    for (size_t i = 0; i < keeper->stored_n; i++)
        add_stored(rules, &keeper->stored[i]);
    rules_add_all(rules, keeper->of_files);
    for (int file = 0; file < RULE_FILE_N; file++)
        n += rules_count(rules, (enum rule_file)file);
    log_info("%zu rules, of files and of pages", n);
    keeper->settings.use(keeper->settings.self, rules);
}

// ---- reading ----

static bool read_files(struct rule_keeper *keeper, bool *is_news, struct error *error)
{
    struct rules *rules = NULL;
    if (!rule_files_may_differ(&keeper->files))
        return true;
    bool is_good = rule_files_read(&keeper->files, &rules, error);
    if (rules) {
        rules_drop(keeper->of_files);
        keeper->of_files = rules;
        *is_news = true;
    }
    return is_good;
}

// The audit is asked first: a change after that is found by the next look.
static bool read_stored(struct rule_keeper *keeper, bool *is_news, struct error *error)
{
    struct arena arena = {0};
    struct audit_entry *newest;
    struct stored_rule *stored;
    size_t newest_n, stored_n;
    int64_t project_id = keeper->settings.project_id;
    bool is_good =
        store_list_audit(keeper->store, project_id, 0, 1, &arena, &newest, &newest_n, error);
    int64_t audit_id = is_good && newest_n ? newest->id : 0;
    if (!is_good || audit_id == keeper->audit_id ||
        !store_list_rules(keeper->store, project_id, &arena, &stored, &stored_n, error)) {
        is_good &= audit_id == keeper->audit_id;
        arena_release(&arena);
        return is_good;
    }
    arena_release(&keeper->arena);
    keeper->arena = arena;
    keeper->stored = stored;
    keeper->stored_n = stored_n;
    keeper->audit_id = audit_id;
    *is_news = true;
    return true;
}

static void note_failure(struct rule_keeper *keeper, const char *message)
{
    pthread_mutex_lock(&keeper->lock);
    bool is_news = strcmp(keeper->failure, message) != 0;
    snprintf(keeper->failure, sizeof keeper->failure, "%s", message);
    pthread_mutex_unlock(&keeper->lock);
    if (is_news && message[0])
        log_error("the rules cannot be used as they are, those of before stay in force: %s",
                  message);
    else if (is_news)
        log_info("the rules can be read again");
}

static void look(struct rule_keeper *keeper)
{
    struct error of_files = {0}, of_store = {0};
    bool is_news = false;
    bool has_files = read_files(keeper, &is_news, &of_files);
    bool has_stored = read_stored(keeper, &is_news, &of_store);
    if (is_news)
        use(keeper);
    note_failure(keeper, !has_files ? of_files.message : !has_stored ? of_store.message : "");
}

static void *run(void *self)
{
    struct rule_keeper *keeper = self;
    while (queue_take(&keeper->wake, LOOK_EVERY_MS), !queue_is_closed(&keeper->wake)) {
        pthread_mutex_lock(&keeper->lock);
        keeper->is_wake_queued = false;
        int64_t begun = ++keeper->looks_begun;
        pthread_mutex_unlock(&keeper->lock);
        look(keeper);
        pthread_mutex_lock(&keeper->lock);
        keeper->looks_done = begun;
        pthread_cond_broadcast(&keeper->changed);
        pthread_mutex_unlock(&keeper->lock);
    }
    return NULL;
}

// ---- its life ----

bool rule_keeper_open(const char *directory, bool may_be_missing, struct rule_keeper **opened,
                      struct error *error)
{
    struct rule_keeper *keeper = must_alloc(sizeof *keeper);
    pthread_mutex_init(&keeper->lock, NULL);
    clock_condition_init(&keeper->changed);
    queue_init(&keeper->wake, 1);
    keeper->files.directory = directory;
    keeper->files.may_be_missing = may_be_missing;
    keeper->audit_id = -1;
    if (!rule_files_read(&keeper->files, &keeper->of_files, error)) {
        rule_keeper_free(keeper);
        return false;
    }
    *opened = keeper;
    return true;
}

struct rules *rule_keeper_hold(struct rule_keeper *keeper)
{
    return rules_hold(keeper->of_files);
}

bool rule_keeper_start(struct rule_keeper *keeper, const struct rule_keeper_settings *settings,
                       struct error *error)
{
    bool is_news;
    keeper->settings = *settings;
    if (!store_open(settings->store_address, STORE_READ, &keeper->store, error) ||
        !read_stored(keeper, &is_news, error))
        return false;
    use(keeper);
    check(pthread_create(&keeper->thread, NULL, run, keeper) == 0);
    keeper->has_thread = true;
    return true;
}

void rule_keeper_look_now(struct rule_keeper *keeper, int64_t timeout_ms)
{
    struct timespec deadline = clock_deadline(timeout_ms);
    int waited = 0;
    pthread_mutex_lock(&keeper->lock);
    // a look under way may have begun before whatever the caller knows of
    int64_t wanted = keeper->looks_begun + 1;
    if (!keeper->is_wake_queued)
        keeper->is_wake_queued = queue_push(&keeper->wake, &keeper->wake_item);
    bool will_look = keeper->is_wake_queued; // not when the keeper is stopping
    while (will_look && keeper->looks_done < wanted && waited == 0)
        waited = pthread_cond_timedwait(&keeper->changed, &keeper->lock, &deadline);
    pthread_mutex_unlock(&keeper->lock);
}

bool rule_keeper_stop(struct rule_keeper *keeper, const struct timespec *deadline)
{
    queue_close(&keeper->wake);
    if (keeper->has_thread && pthread_timedjoin_np(keeper->thread, NULL, deadline) != 0)
        return false;
    keeper->has_thread = false;
    return true;
}

void rule_keeper_free(struct rule_keeper *keeper)
{
    if (!keeper)
        return;
    rules_drop(keeper->of_files);
    arena_release(&keeper->arena);
    store_close(keeper->store);
    queue_take(&keeper->wake, 0); // a look that nobody will take any more
    queue_release(&keeper->wake);
    pthread_cond_destroy(&keeper->changed);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}

void rule_keeper_failure(struct rule_keeper *keeper, char failure[RULE_FAILURE_MAX])
{
    pthread_mutex_lock(&keeper->lock);
    memcpy(failure, keeper->failure, RULE_FAILURE_MAX);
    pthread_mutex_unlock(&keeper->lock);
}
