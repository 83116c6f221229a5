// SPDX-License-Identifier: MIT
#include "server/health.h"

#include <stdio.h>

struct value_list_of_options {
    struct arena *arena;
    struct value *list;
};

static void add_option(void *self, const char *name, struct text value)
{
    const struct value_list_of_options *target = self;
    struct value *option = value_add_object(target->arena, target->list);
    value_set_text(target->arena, option, "name", text_of(name));
    value_set_text(target->arena, option, "value", arena_copy(target->arena, value));
}

void health_list_options(const struct options *options, struct arena *arena, struct value *list)
{
    struct value_list_of_options target = {arena, list};
    options_list(options, add_option, &target);
}

static void add_problem(struct arena *arena, struct value *problems, struct text what,
                        struct text why)
{
    value_add_text(arena, problems,
                   arena_printf(arena, "%.*s: %.*s", TEXT_ARG(what), TEXT_ARG(why)));
}

static void tell_reports(const struct health_rooms *rooms, struct arena *arena,
                         struct value *object, struct value *problems, bool *is_well)
{
    struct ledger_facts ledger;
    struct intake_facts intake;
    ledger_look(rooms->ledger, &ledger);
    intake_look(rooms->intake, &intake);
    struct value *reports = value_set_object(arena, object, "reports");
    value_set_int(arena, reports, "accepted", ledger.reports);
    value_set_int(arena, reports, "occurrences", ledger.occurrences);
    value_set_int(arena, reports, "refused", ledger.refused);
    value_set_int(arena, reports, "bad_input", intake.bad_input);
    value_set_int(arena, reports, "dropped_items", intake.dropped_items);
    value_set_int(arena, reports, "ignored", intake.ignored);
    struct value *lost = value_set_object(arena, reports, "lost_by_clients");
    for (int i = 0; i < LOST_REASON_N; i++)
        if (intake.lost.n[i])
            value_set_int(arena, lost, lost_reasons[i], intake.lost.n[i]);
    struct value *batches = value_set_object(arena, object, "ledger");
    value_set_int(arena, batches, "batches", ledger.batches);
    value_set_int(arena, batches, "waiting", ledger.waiting);
    value_set_int(arena, batches, "last_commit_us", ledger.last_commit_us);
    if (ledger.is_failing) {
        *is_well = false;
        add_problem(arena, problems, TEXT("reports cannot be committed"), text_of(ledger.failure));
    }
    if (ledger.is_stuck) {
        char silence[100];
        *is_well = false;
        snprintf(silence, sizeof silence,
                 "nothing was heard of the ledger for %lld seconds; restart the server",
                 (long long)(ledger.silent_ms / 1000));
        add_problem(arena, problems, TEXT("reports are not answered"), text_of(silence));
    }
}

static void tell_fetches(const struct fetcher_facts *facts, struct arena *arena,
                         struct value *object)
{
    struct value *fetches = value_set_object(arena, object, "fetches");
    value_set_bool(arena, fetches, "is_cloned", facts->has_clone);
    value_set_int(arena, fetches, "clone_percent", facts->percent);
    value_set_bool(arena, fetches, "is_busy", facts->is_busy);
    value_set_int(arena, fetches, "done", facts->fetched);
    value_set_int(arena, fetches, "failed", facts->failed);
    value_set_int(arena, fetches, "newest_at_ms", facts->fetched_at_ms);
}

static void tell_blames(const struct health_rooms *rooms, struct arena *arena, struct value *object)
{
    struct blamer_facts blamer;
    blamer_look(rooms->blamer, &blamer);
    struct value *blames = value_set_object(arena, object, "blames");
    value_set_int(arena, blames, "waiting", blamer.waiting);
    value_set_int(arena, blames, "running", blamer.running);
    value_set_int(arena, blames, "done", blamer.done);
    value_set_int(arena, blames, "failed", blamer.failed);
}

// ---- projects ----

static void set_repository(const struct keeper_facts *keeper, struct arena *arena,
                           struct value *repository)
{
    value_set_bool(arena, repository, "is_configured", keeper->has_repository);
    value_set_bool(arena, repository, "is_read", keeper->knows_paths);
    value_set_int(arena, repository, "paths", keeper->path_n);
    value_set_int(arena, repository, "lines_that_only_raise", keeper->raise_line_n);
    value_set_text(arena, repository, "newest_commit", arena_copy(arena, text_of(keeper->tip)));
}

static void tell_project(const struct served_project *project, struct arena *arena,
                         struct value *object)
{
    struct keeper_facts keeper;
    keeper_look(project->keeper, &keeper);
    set_repository(&keeper, arena, value_set_object(arena, object, "repository"));
    if (keeper.has_fetcher)
        tell_fetches(&keeper.fetcher, arena, object);
    struct value *rules = value_set_object(arena, object, "rules");
    for (int file = 0; file < RULE_FILE_N; file++)
        value_set_int(arena, rules, rule_file_names[file], keeper.rule_n[file]);
}

static void tell_projects(const struct served_projects *projects, struct arena *arena,
                          struct value *object)
{
    struct value *list = value_set_object(arena, object, "projects");
    for (size_t i = 0; i < projects->n; i++) {
        const struct project *project = &projects->all[i].project;
        struct keeper_facts keeper;
        keeper_look(projects->all[i].keeper, &keeper);
        struct value *one = value_set_object(arena, list, arena_string(arena, project->name));
        value_set_int(arena, one, "id", project->id);
        set_repository(&keeper, arena, one);
        int64_t rule_n = 0;
        for (int file = 0; file < RULE_FILE_N; file++)
            rule_n += keeper.rule_n[file];
        value_set_int(arena, one, "rules", rule_n);
    }
}

// ---- troubles ----

// name: NULL when it needs none.
static void add_project_trouble(struct trouble_list *troubles, struct arena *arena,
                                const char *name, const char *what, const char *why)
{
    struct text whole = name ? arena_printf(arena, "project %s: %s", name, what) : text_of(what);
    if (why[0])
        trouble_add(troubles, whole, text_of(why), arena);
}

static void list_project(const struct served_project *project, const char *name,
                         struct arena *arena, struct trouble_list *troubles)
{
    struct keeper_facts keeper;
    keeper_look(project->keeper, &keeper);
    add_project_trouble(troubles, arena, name, "the repository cannot be read", keeper.failure);
    if (keeper.has_fetcher)
        add_project_trouble(troubles, arena, name,
                            keeper.fetcher.has_clone ? "the repository cannot be fetched"
                                                     : "the repository cannot be cloned",
                            keeper.fetcher.failure);
    add_project_trouble(troubles, arena, name,
                        "the rules cannot be used as they are, those of before stay in force",
                        keeper.rules_failure);
}

static void list_notice(struct notice *notice, const char *what, struct arena *arena,
                        struct trouble_list *troubles)
{
    char words[NOTICE_MAX];
    notice_copy(notice, words);
    if (words[0])
        trouble_add(troubles, text_of(what), text_of(words), arena);
}

void health_list_troubles(const struct health_rooms *rooms, struct arena *arena,
                          struct trouble_list *troubles)
{
    const struct served_projects *projects = rooms->projects;
    struct blamer_facts blamer;
    blamer_look(rooms->blamer, &blamer);
    if (blamer.failure[0])
        trouble_add(troubles, TEXT("git could not be asked about a line"), text_of(blamer.failure),
                    arena);
    for (size_t i = 0; i < projects->n; i++)
        list_project(&projects->all[i],
                     projects->n > 1 ? arena_string(arena, projects->all[i].project.name) : NULL,
                     arena, troubles);
    list_notice(rooms->configuration,
                "the configuration was not read again, the one of before stays in force", arena,
                troubles);
    list_notice(rooms->certificate,
                "the certificate was not read again, the one of before stays in force", arena,
                troubles);
}

static void list_problems(const struct health_rooms *rooms, struct arena *arena,
                          struct value *problems)
{
    struct trouble_list troubles = {.n = 0};
    health_list_troubles(rooms, arena, &troubles);
    for (size_t i = 0; i < troubles.n; i++)
        add_problem(arena, problems, troubles.at[i].what, troubles.at[i].why);
}

// ---- all of it ----

static void tell_mail(const struct health_rooms *rooms, struct arena *arena, struct value *object,
                      struct value *problems)
{
    struct mailer_facts mailer = {0};
    if (rooms->mailer)
        mailer_look(rooms->mailer, &mailer);
    struct value *mail = value_set_object(arena, object, "mail");
    value_set_bool(arena, mail, "has_smtp", rooms->mailer != NULL);
    value_set_int(arena, mail, "sent", mailer.sent);
    value_set_int(arena, mail, "failed", mailer.failed);
    if (mailer.failure[0])
        add_problem(arena, problems, TEXT("letters cannot be sent"), text_of(mailer.failure));
}

void health_tell(const struct health_rooms *rooms, const struct served_project *project,
                 struct arena *arena, struct value *object, bool *is_well)
{
    struct value *problems = value_set_list(arena, object, "problems");
    tell_reports(rooms, arena, object, problems, is_well);
    tell_project(project, arena, object);
    if (rooms->projects->n > 1)
        tell_projects(rooms->projects, arena, object);
    tell_blames(rooms, arena, object);
    list_problems(rooms, arena, problems);
    tell_mail(rooms, arena, object, problems);
}
