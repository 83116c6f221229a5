// SPDX-License-Identifier: MIT
#include "server/command_blame.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"
#include "server/commands.h"
#include "server/config.h"
#include "server/rule_files.h"

struct wish {
    const char *conf, *project, *repo, *revision, *text, *where;
    bool wants_json, is_batch;
};

// ---- the command line ----

// The value of option i, written "--name VALUE" or "--name=VALUE"; NULL when it is another option.
static const char *value_of(int argc, char **arguments, int *i, const char *name,
                            struct error *error)
{
    const char *given = arguments[*i];
    size_t len = strlen(name);
    if (strncmp(given, "--", 2) == 0 && name[1] != '-')
        given++; // --conf
    if (strncmp(given, name, len) != 0 || (given[len] != '\0' && given[len] != '='))
        return NULL;
    if (given[len] == '=')
        return given + len + 1;
    if (*i + 1 < argc)
        return arguments[++*i];
    error_set(error, ERROR_INPUT, "blame: %s needs a value; see `flawless help blame`", name);
    return NULL;
}

static bool read_wish(int argc, char **arguments, struct wish *wish, struct error *error)
{
    const struct {
        const char *name;
        const char **value;
    } options[] = {{"-conf", &wish->conf},
                   {"--project", &wish->project},
                   {"--repo", &wish->repo},
                   {"--revision", &wish->revision},
                   {"--text", &wish->text}};
    bool are_options = true;
    for (int i = 1; i < argc; i++) {
        const char *given = arguments[i], *value = NULL;
        size_t option = 0;
        if (!are_options || given[0] != '-') {
            if (wish->where)
                return error_set(error, ERROR_INPUT,
                                 "blame: only one PATH:LINE can be asked for; "
                                 "for many there is --batch");
            wish->where = given;
            continue;
        }
        for (; !value && option < sizeof options / sizeof *options; option++) {
            value = value_of(argc, arguments, &i, options[option].name, error);
            if (error->kind != ERROR_NONE)
                return false;
            if (value)
                *options[option].value = value;
        }
        if (value)
            continue;
        if (strcmp(given, "--json") == 0)
            wish->wants_json = true;
        else if (strcmp(given, "--batch") == 0)
            wish->is_batch = true;
        else if (strcmp(given, "--") == 0)
            are_options = false;
        else
            return error_set(error, ERROR_INPUT,
                             "blame: there is no option \"%.100s\"; see `flawless help blame`",
                             given);
    }
    return true;
}

static bool check_wish(const struct wish *wish, struct error *error)
{
    if (wish->conf && wish->repo)
        return error_set(error, ERROR_INPUT, "blame: -conf and --repo exclude each other");
    if (wish->project && !wish->conf)
        return error_set(error, ERROR_INPUT, "blame: --project needs -conf, which names projects");
    if (wish->is_batch && (wish->where || wish->text || wish->revision))
        return error_set(error, ERROR_INPUT,
                         "blame: with --batch the questions come on standard input");
    if (!wish->is_batch && !wish->where)
        return error_set(error, ERROR_INPUT,
                         "blame: whose line? Name it as PATH:LINE; see `flawless help blame`");
    return true;
}

// "PATH:LINE"
static bool read_where(const char *where, struct arena *arena, struct blame_query *query,
                       struct error *error)
{
    struct text whole = utf8_mended(arena, text_of(where));
    size_t colon = text_find_last(whole, ':');
    query->path = text_until(whole, colon);
    if (colon == whole.len || query->path.len == 0 ||
        !text_to_int64(text_from(whole, colon + 1), &query->evidence.line_number))
        return error_set(error, ERROR_INPUT,
                         "blame: \"%.100s\" is not PATH:LINE, such as shop/cart.py:12", where);
    return true;
}

// ---- the repository ----

static bool read_config(const struct wish *wish, struct config *config, struct error *error)
{
    if (!wish->repo)
        return config_read("blame", wish->conf, config, error);
    *config = (struct config){0};
    options_init(&config->options);
    options_set_text(&config->options, "repo_dir", text_of(wish->repo));
    return true;
}

// Where the current directory is in the work tree, so that paths count from it.
static struct text prefix_of(const char *work_tree, struct arena *arena)
{
    char here[PATH_MAX];
    char *top = realpath(work_tree, NULL);
    struct text prefix = {0};
    size_t len = top ? strlen(top) : 0;
    if (top && getcwd(here, sizeof here) && strncmp(here, top, len) == 0 && here[len] == '/')
        prefix = arena_printf(arena, "%s/", here + len + 1);
    free(top);
    return prefix;
}

static bool open_inquiry(const struct wish *wish, const struct options *o, struct arena *arena,
                         struct inquiry *inquiry, struct error *error)
{
    const struct repository_settings settings = config_repository(o);
    if (o->repo_dir.len == 0)
        return error_set(error, ERROR_CONFIG,
                         "blame: the configuration names no repository; set repo_dir");
    inquiry->owner = owner_settings_of(o);
    inquiry->path_settings = config_paths(o);
    if (!wish->conf && !wish->repo)
        inquiry->prefix = prefix_of(o->repo_dir.at, arena);
    struct rule_files files = {.directory = o->config_dir_path.at,
                               .may_be_missing = o->config_dir_may_be_missing};
    if (files.directory[0] && !rule_files_read(&files, &inquiry->rules, error))
        return false; // with a repository alone there are no rules
    return repository_open(&settings, &inquiry->repository, error);
}

// ---- words ----

// What came from a repository must not command the terminal, for which some characters from U+0080
// to U+009F are commands, too.
static void print_text(struct text t)
{
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.at[i],
                      next = i + 1 < t.len ? (unsigned char)t.at[i + 1] : 0;
        bool is_two_byte_command = c == 0xc2 && next < 0xa0;
        putchar(c < 0x20 || c == 0x7f || is_two_byte_command ? '?' : t.at[i]);
        i += is_two_byte_command;
    }
}

static void print_row(const char *name, struct text value)
{
    printf("%-11s ", name);
    print_text(value);
    putchar('\n');
}

static void print_lines(const char *name, struct text lines)
{
    struct text line;
    while (text_cut(&lines, '\n', &line))
        print_row(name, line);
}

static void print_changed(const struct blame_finding *finding)
{
    char day[32] = "";
    time_t seconds = (time_t)(finding->changed_at_ms / 1000);
    struct tm parts;
    if (finding->changed_at_ms == 0 || !gmtime_r(&seconds, &parts) ||
        !strftime(day, sizeof day, "%Y-%m-%d %H:%M UTC", &parts))
        return;
    printf("%-11s %s, \"", "changed", day);
    print_text(finding->commit_subject);
    puts("\"");
}

static void print_words(const struct inquiry_answer *answer, struct arena *arena)
{
    static const char *const confidences[] = {"none", "low", "medium", "high"};
    const struct blame_finding *f = &answer->finding;
    print_row("line", arena_printf(arena, "%.*s %.*s:%lld", TEXT_ARG(f->line.commit),
                                   TEXT_ARG(f->line.path), (long long)f->line.number));
    print_row("owner",
              answer->ownership.owner_email.len ? answer->ownership.owner_email : TEXT("nobody"));
    print_row("author", arena_printf(arena, "%.*s <%.*s>", TEXT_ARG(f->author_name),
                                     TEXT_ARG(f->author_email)));
    print_lines("co-author", f->co_authors);
    print_changed(f);
    print_row("confidence", text_of(confidences[answer->ownership.confidence]));
    print_row("because", answer->ownership.reason);
}

// ---- the command ----

static int answer_one(struct inquiry *inquiry, const struct wish *wish, struct arena *arena,
                      struct error *error)
{
    struct blame_query query = {.release = utf8_mended(arena, text_of(wish->revision)),
                                .evidence.text = utf8_mended(arena, text_of(wish->text))};
    struct inquiry_answer answer;
    struct buffer json = {0};
    if (!read_where(wish->where, arena, &query, error))
        return 2;
    inquiry_ask(inquiry, &query, 1, arena, &answer);
    if (wish->wants_json) {
        inquiry_write_json(&answer, &json);
        puts(json.at);
        buffer_release(&json);
    } else if (answer.finding.is_found) {
        print_words(&answer, arena);
    } else {
        error_set(error, ERROR_NOT_FOUND, "blame: %.*s",
                  TEXT_ARG(answer.trouble.len ? answer.trouble : answer.finding.reason));
    }
    return answer.finding.is_found ? 0 : 1;
}

int command_blame(int argc, char **arguments)
{
    struct wish wish = {0};
    struct config config = {0};
    struct error error = {0};
    struct arena arena = {0};
    struct inquiry inquiry = {0};
    struct config_project project = {.options = &config.options};
    int status = 1;
    if (read_wish(argc, arguments, &wish, &error) && check_wish(&wish, &error) &&
        read_config(&wish, &config, &error) &&
        (!wish.project || config_find_project(&config, wish.project, &project, &error)) &&
        open_inquiry(&wish, project.options, &arena, &inquiry, &error)) {
        if (wish.is_batch)
            status = inquiry_answer_lines(&inquiry, STDIN_FILENO, STDOUT_FILENO) ? 0 : 1;
        else
            status = answer_one(&inquiry, &wish, &arena, &error);
        if (fflush(stdout) != 0)
            status = 1;
    }
    if (error.kind != ERROR_NONE)
        status = config_complain(&error);
    paths_drop(inquiry.tip);
    rules_drop(inquiry.rules);
    paths_drop(inquiry.history);
    repository_close(inquiry.repository);
    config_release(&config);
    arena_release(&arena);
    return status;
}
