// SPDX-License-Identifier: MIT
// Makes or changes a flawless.cfg. Until everything was answered nothing is written, so an end at
// any moment leaves the files as they were.
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "core/options_line.h"
#include "io/terminal.h"
#include "server/commands.h"
#include "server/questions.h"
#include "server/surroundings.h"

enum { SET_MAX = 64 };

static const char unchanged[] = "\nNothing was changed.\n";

struct wish {
    const char *path; // NULL: not said
    bool is_quiet;    // --yes
    const char *sets[SET_MAX];
    size_t set_n;
};

// The value of an argument "-name VALUE" or "-name=VALUE"; NULL when it is another argument.
// *is_missing: there is no value.
static const char *value_of(const char *name, char **arguments, int *i, bool *is_missing)
{
    const char *argument = arguments[*i];
    size_t len = strlen(name);
    while (*argument == '-')
        argument++;
    if (argument - arguments[*i] < 1 || argument - arguments[*i] > 2 ||
        strncmp(argument, name, len) != 0)
        return NULL;
    if (argument[len] == '=')
        return argument + len + 1;
    if (argument[len] != '\0')
        return NULL;
    *is_missing = arguments[*i + 1] == NULL;
    return arguments[++*i];
}

static bool read_wish(char **arguments, struct wish *wish, struct error *error)
{
    for (int i = 1; arguments[i]; i++) {
        const char *value, *argument = arguments[i];
        bool is_missing = false;
        if (strcmp(argument, "--yes") == 0) {
            wish->is_quiet = true;
        } else if ((value = value_of("conf", arguments, &i, &is_missing))) {
            wish->path = value;
        } else if (!is_missing && (value = value_of("set", arguments, &i, &is_missing)) &&
                   wish->set_n < SET_MAX) {
            wish->sets[wish->set_n++] = value;
        } else {
            return error_set(error, ERROR_INPUT,
                             is_missing ? "configure: %.100s needs a value"
                                        : "configure: there is no argument \"%.100s\", or too many "
                                          "of them; see `flawless help configure`",
                             argument);
        }
    }
    return true;
}

// "option=value"
static bool set(struct draft *draft, const char *written, struct error *error)
{
    struct option_line line = option_line_read(text_of(written));
    const struct option_row *row = line.kind == LINE_OPTION ? option_find(line.name) : NULL;
    struct buffer wanted = {0};
    if (!row)
        return error_set(error, ERROR_INPUT,
                         "configure: --set needs option=value with an option of `flawless "
                         "options`, not \"%.60s\"",
                         written);
    bool is_good = draft_answer(draft, row, line.value, &wanted);
    if (!is_good)
        error_set(error, ERROR_INPUT, "configure: --set %s: expected %s", row->name, wanted.at);
    buffer_release(&wanted);
    return is_good;
}

static bool set_all(struct draft *draft, const struct wish *wish, struct error *error)
{
    for (size_t i = 0; i < wish->set_n; i++)
        if (!set(draft, wish->sets[i], error))
            return false;
    return true;
}

// ---- the path ----

static void ask_for_path(struct buffer *path, bool *is_given)
{
    struct buffer prompt = {0}, answer = {0};
    buffer_printf(&prompt, "Where is flawless.cfg, or where shall it be? [%s]: ", path->at);
    *is_given = terminal_ask(prompt.at, false, &answer);
    struct text value = text_trim(buffer_text(&answer));
    if (value.len && !answer.failed) {
        buffer_clear(path);
        buffer_add(path, value);
    }
    buffer_release(&prompt);
    buffer_release(&answer);
}

static bool choose_path(const struct wish *wish, struct buffer *path)
{
    bool is_given = true;
    if (wish->path)
        buffer_add_string(path, wish->path);
    else
        surroundings_config_path(path);
    if (!wish->path && !wish->is_quiet)
        ask_for_path(path, &is_given);
    return is_given;
}

// ---- the run ----

static void tell_written(const char *path)
{
    printf("wrote %s\n", path);
}

// What to type next, as the user that runs the server.
static void tell_next(const struct draft *draft)
{
    const char *user = geteuid() == 0 && getpwnam("flawless") ? "sudo -u flawless " : "";
    bool is_plain = strcspn(draft->path.at, " \t'\"\\$&;()<>|*?`!#~") == draft->path.len;
    const char *quote = is_plain ? "" : "'";
    printf("\nNext:\n");
    for (int i = 0; i < 2; i++)
        printf("  %sflawless %s -conf %s%s%s\n", user, i ? "start" : "check", quote, draft->path.at,
               quote);
}

static bool is_changed(const struct draft *draft)
{
    return draft->is_new || draft->password.len ||
           !text_equal(buffer_text(&draft->content), buffer_text(&draft->original));
}

static int save(struct draft *draft)
{
    struct error error = {0};
    if (!is_changed(draft)) {
        printf("\nNothing to change.\n");
        tell_next(draft);
        return 0;
    }
    printf("\n");
    terminal_hold_signals(true);
    bool is_good = draft_save(draft, tell_written, &error);
    fflush(stdout);
    terminal_hold_signals(false);
    if (!is_good)
        return config_complain(&error);
    tell_next(draft);
    return 0;
}

static int give_up(void)
{
    fputs(unchanged + 1, stdout);
    return 1;
}

static void tell_change(const char *option, struct text shown)
{
    printf("  %s = %.*s\n", option, TEXT_ARG(shown));
}

// False when it is not to be written, or nobody said so.
static bool confirm(const struct draft *draft)
{
    bool is_yes;
    if (!is_changed(draft))
        return true;
    printf("\n%s\n", draft->is_new ? "The new file says:" : "What changes:");
    draft_list_changes(draft, tell_change);
    return questions_confirm("Write it?", true, &is_yes) && is_yes;
}

static int go_through(struct draft *draft, const struct wish *wish)
{
    if (wish->is_quiet)
        return questions_take_defaults(draft) ? save(draft) : give_up();
    printf("\n%s %s\nEnter takes what stands in brackets, \"none\" leaves an option out, Ctrl-C "
           "ends and\nchanges nothing.\n",
           draft->is_new ? "Making" : "Changing", draft->path.at);
    return questions_ask(draft) && confirm(draft) ? save(draft) : give_up();
}

int command_configure(int argc, char **arguments)
{
    struct wish wish = {0};
    struct buffer path = {0};
    struct draft draft = {0};
    struct error error = {0};
    (void)argc;
    log_open(LOG_ERROR, NULL);
    if (!read_wish(arguments, &wish, &error))
        return config_complain(&error);
    terminal_guard(unchanged);
    int status;
    if (!choose_path(&wish, &path))
        status = give_up();
    else if (!draft_open(&draft, path.at, &error) || !set_all(&draft, &wish, &error))
        status = config_complain(&error);
    else
        status = go_through(&draft, &wish);
    draft_release(&draft);
    buffer_release(&path);
    return status;
}
