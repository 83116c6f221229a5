// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "core/options_address.h"
#include "io/store.h"
#include "server/commands.h"
#include "server/projects.h"

struct wish {
    const char *project; // NULL: all of them
    bool as_json;
};

// The rest of the arguments is config_load's.
static bool take_wish(int *argc, char **arguments, struct wish *wish, struct error *error)
{
    int kept_n = 0;
    for (int i = 0; i < *argc; i++) {
        bool is_value = i > 0 && (strcmp(arguments[i - 1], "-conf") == 0 ||
                                  strcmp(arguments[i - 1], "--conf") == 0);
        bool is_project = !is_value && strcmp(arguments[i], "--project") == 0;
        if (is_project && i + 1 == *argc)
            return error_set(error, ERROR_INPUT, "dsn: --project needs a name or a number");
        if (is_project)
            wish->project = arguments[++i];
        else if (!is_value && strncmp(arguments[i], "--project=", 10) == 0)
            wish->project = arguments[i] + 10;
        else if (!is_value && strcmp(arguments[i], "--json") == 0)
            wish->as_json = true;
        else
            arguments[kept_n++] = arguments[i];
    }
    *argc = kept_n;
    return true;
}

// With the names when there are several.
static void print_words(const struct project *project, struct text dsn, bool with_name)
{
    printf("%.*s", TEXT_ARG(dsn));
    if (with_name)
        printf(" %.*s", TEXT_ARG(project->name));
    putchar('\n');
}

static void write_json(const struct project *project, struct text dsn, struct json_out *json)
{
    json_object(json);
    json_name(json, "id");
    json_number(json, project->id);
    json_name(json, "name");
    json_string(json, project->name);
    json_name(json, "dsn");
    json_string(json, dsn);
    json_object_end(json);
}

// chosen: the options of the only project to be printed; NULL: all are.
static void print(const struct config *config, const struct project *kept,
                  const struct options *chosen, bool as_json)
{
    struct buffer dsn = {0}, written = {0};
    struct json_out json = {.out = &written};
    size_t n = config_project_n(config);
    json_array(&json);
    for (size_t i = 0; i < n; i++) {
        const struct options *o = config_project(config, i).options;
        if (chosen && chosen != o)
            continue;
        buffer_clear(&dsn);
        options_dsn(o, kept[i].key, &dsn);
        if (as_json)
            write_json(&kept[i], buffer_text(&dsn), &json);
        else
            print_words(&kept[i], buffer_text(&dsn), n > 1 && !chosen);
    }
    json_array_end(&json);
    if (as_json)
        puts(written.at);
    buffer_release(&dsn);
    buffer_release(&written);
}

int command_dsn(int argc, char **arguments)
{
    struct wish wish = {0};
    struct config config = {0};
    struct error error = {0};
    struct arena arena = {0};
    struct store *store = NULL;
    struct project *kept;
    struct config_project chosen = {0};
    int status = 0;
    if (take_wish(&argc, arguments, &wish, &error) &&
        config_load(argc, arguments, &config, &error) &&
        (!wish.project || config_find_project(&config, wish.project, &chosen, &error)) &&
        store_open(config.options.store.at, STORE_WRITE, &store, &error) &&
        projects_keep(&config, store, &arena, &kept, &error))
        print(&config, kept, chosen.options, wish.as_json);
    else
        status = config_complain(&error);
    store_close(store);
    config_release(&config);
    arena_release(&arena);
    return status;
}
