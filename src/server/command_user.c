// SPDX-License-Identifier: MIT
// Who may sign in to the pages. Works beside a running server, which sees each change at once.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/json_out.h"
#include "core/user.h"
#include "io/password.h"
#include "io/store_users.h"
#include "io/terminal.h"
#include "server/commands.h"
#include "server/config.h"

struct visit {
    struct store *store;
    struct arena *arena;
    struct text name; // as it is kept; empty for actions without one
    bool is_json, is_revoked;
};

typedef bool action_function(struct visit *visit, struct error *error);

// ---- changes, each in a batch of its own ----

static bool end_batch(struct visit *visit, bool is_good, struct error *error)
{
    if (is_good && store_commit(visit->store, error))
        return true;
    store_rollback(visit->store);
    return false;
}

static bool ask(const char *prompt, struct buffer *line, struct error *error)
{
    bool is_asked = isatty(STDIN_FILENO);
    if (terminal_ask(is_asked ? prompt : "", is_asked, line) && !line->failed)
        return true;
    return error_set(error, ERROR_INPUT, "user: no password was given on standard input");
}

// Twice from a person, who cannot see it; one line from a script.
static bool ask_password(struct buffer *password, struct error *error)
{
    struct buffer again = {0};
    bool is_good =
        ask("Password: ", password, error) && user_check_password(buffer_text(password), error);
    if (is_good && isatty(STDIN_FILENO))
        is_good = ask("Again: ", &again, error) &&
                  (text_equal(buffer_text(password), buffer_text(&again)) ||
                   error_set(error, ERROR_REFUSED, "the two passwords are not the same"));
    buffer_release(&again);
    return is_good;
}

static bool hash_password(char hash[PASSWORD_HASH_MAX], struct error *error)
{
    struct buffer password = {0};
    bool is_good = ask_password(&password, error);
    if (is_good)
        password_hash(buffer_text(&password), hash);
    buffer_release(&password);
    return is_good;
}

static bool add(struct visit *visit, struct error *error)
{
    char hash[PASSWORD_HASH_MAX];
    struct user user = {.name = visit->name, .made_at_ms = clock_wall_ms(&clock_system)};
    if (!hash_password(hash, error) || !store_begin(visit->store, error))
        return false;
    user.password_hash = text_of(hash);
    return end_batch(visit, store_add_user(visit->store, &user, error), error);
}

static bool set_password(struct visit *visit, struct error *error)
{
    char hash[PASSWORD_HASH_MAX];
    struct user user;
    return (store_find_user(visit->store, visit->name, visit->arena, &user, error) ||
            error_prefix(error, "%.*s", TEXT_ARG(visit->name))) &&
           hash_password(hash, error) && store_begin(visit->store, error) &&
           end_batch(visit, store_set_password(visit->store, visit->name, text_of(hash), error),
                     error);
}

static bool remove_user(struct visit *visit, struct error *error)
{
    return store_begin(visit->store, error) &&
           end_batch(visit, store_remove_user(visit->store, visit->name, error), error);
}

static bool give_token(struct visit *visit, struct error *error)
{
    char token[65] = "";
    struct text digest = {0};
    if (!visit->is_revoked) {
        hex_random(32, token);
        digest = user_secret_digest(text_of(token), visit->arena);
    }
    if (!store_begin(visit->store, error) ||
        !end_batch(visit, store_set_token(visit->store, visit->name, digest, error), error))
        return false;
    if (*token)
        puts(token);
    return true;
}

// ---- the list ----

static void print_json(const struct user *users, size_t user_n)
{
    struct buffer out = {0};
    struct json_out json = {.out = &out};
    json_array(&json);
    for (size_t i = 0; i < user_n; i++) {
        json_object(&json);
        json_name(&json, "name");
        json_string(&json, users[i].name);
        json_name(&json, "has_token");
        json_boolean(&json, users[i].has_token);
        json_object_end(&json);
    }
    json_array_end(&json);
    puts(out.at);
    buffer_release(&out);
}

static bool list(struct visit *visit, struct error *error)
{
    struct user *users;
    size_t user_n;
    if (!store_list_users(visit->store, visit->arena, &users, &user_n, error))
        return false;
    if (visit->is_json)
        print_json(users, user_n);
    for (size_t i = 0; i < user_n && !visit->is_json; i++)
        printf("%.*s%s\n", TEXT_ARG(users[i].name), users[i].has_token ? " (has a token)" : "");
    return true;
}

// ---- the command line ----

static const struct action {
    const char *name;
    action_function *run;
    bool needs_name;
} actions[] = {
    {"add", add, true},
    {"list", list, false},
    {"password", set_password, true},
    {"remove", remove_user, true},
    {"token", give_token, true},
};

static const struct action *find(const char *name)
{
    for (size_t i = 0; name && i < sizeof actions / sizeof *actions; i++)
        if (strcmp(actions[i].name, name) == 0)
            return &actions[i];
    return NULL;
}

struct words {
    const char *action, *name;
    bool is_json, is_revoked;
};

// The rest of the arguments is config_load's.
static int take_words(int argc, char **arguments, struct words *words)
{
    int kept = 1;
    for (int i = 1; i < argc; i++) {
        char *argument = arguments[i];
        bool is_conf = strcmp(argument, "-conf") == 0 || strcmp(argument, "--conf") == 0;
        if (is_conf && i + 1 < argc) {
            arguments[kept++] = argument;
            arguments[kept++] = arguments[++i];
        } else if (strcmp(argument, "--json") == 0) {
            words->is_json = true;
        } else if (strcmp(argument, "--revoke") == 0) {
            words->is_revoked = true;
        } else if (*argument != '-' && !words->action) {
            words->action = argument;
        } else if (*argument != '-' && !words->name) {
            words->name = argument;
        } else {
            arguments[kept++] = argument;
        }
    }
    return kept;
}

static bool check_words(const struct words *words, const struct action *action, struct error *error)
{
    if (!action)
        return error_set(error, ERROR_INPUT,
                         "user: add, list, password, remove or token has to come next; see "
                         "`flawless help user`");
    if (action->needs_name != (words->name != NULL))
        return error_set(error, ERROR_INPUT, "user %s: it %s name; see `flawless help user`",
                         action->name, action->needs_name ? "needs a" : "takes no");
    if ((words->is_json && action->run != list) || (words->is_revoked && action->run != give_token))
        return error_set(error, ERROR_INPUT,
                         "user %s: --json is for list, --revoke is for token; see `flawless help "
                         "user`",
                         action->name);
    return true;
}

static bool visit_store(const struct config *config, const struct words *words,
                        const struct action *action, struct error *error)
{
    struct arena arena = {0};
    struct visit visit = {
        .arena = &arena, .is_json = words->is_json, .is_revoked = words->is_revoked};
    bool is_good =
        (!words->name || user_read_name(text_of(words->name), &arena, &visit.name, error)) &&
        store_open(config->options.store.at, STORE_WRITE, &visit.store, error) &&
        action->run(&visit, error);
    store_close(visit.store);
    arena_release(&arena);
    return is_good;
}

int command_user(int argc, char **arguments)
{
    struct words words = {0};
    struct config config = {0};
    struct error error = {0};
    argc = take_words(argc, arguments, &words);
    const struct action *action = find(words.action);
    bool is_good = check_words(&words, action, &error) &&
                   config_load(argc, arguments, &config, &error) &&
                   visit_store(&config, &words, action, &error);
    config_release(&config);
    return is_good ? 0 : config_complain(&error);
}
