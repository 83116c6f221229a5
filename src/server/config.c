// SPDX-License-Identifier: MIT
#include "server/config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/log.h"
#include "core/options_project.h"
#include "io/files.h"
#include "io/git_url.h"

enum { PASSWORD_FILE_MAX = 1024 };

static void tell_warning(void *self, const char *message)
{
    (void)self;
    log_warning("%s", message);
}

// How a configuration is read: to work with it, or to hear of all that is wrong.
struct reading {
    struct options_warnings heard;
    bool is_look;
};

static const struct reading to_work = {.heard = {.tell = tell_warning}};

// False when that ends the reading.
static bool go_on(const struct reading *reading, bool is_good, const struct error *error)
{
    if (!is_good && reading->is_look)
        reading->heard.tell_mistake(reading->heard.self, error->message);
    return is_good || reading->is_look;
}

// *path stays NULL when no file is named.
static bool read_arguments(int argc, char **arguments, const char **path, struct error *error)
{
    for (int i = 1; i < argc; i++) {
        const char *name = arguments[i];
        if (name[0] == '-' && name[1] == '-')
            name++;
        if (strncmp(name, "-conf=", 6) == 0) {
            *path = name + 6;
            continue;
        }
        if (strcmp(name, "-conf") != 0)
            return error_set(error, ERROR_INPUT,
                             "%s: there is no argument \"%.100s\"; see `flawless help %s`",
                             arguments[0], arguments[i], arguments[0]);
        if (++i == argc)
            return error_set(error, ERROR_INPUT, "%s: -conf needs the path of a flawless.cfg",
                             arguments[0]);
        *path = arguments[i];
    }
    return true;
}

static bool add_current_directory(struct buffer *path, struct error *error)
{
    char directory[PATH_MAX];
    if (!getcwd(directory, sizeof directory))
        return error_set(error, ERROR_CONFIG,
                         "the directory this runs in is gone or cannot be read; go to another one");
    buffer_add_string(path, directory);
    return true;
}

// ---- where things are ----

static struct text directory_of(struct text path)
{
    size_t slash = text_find_last(path, '/');
    return text_until(path, slash ? slash : 1);
}

// "~/x" and paths relative to base become absolute.
static bool resolve(struct options *o, const char *name, struct text base, struct error *error)
{
    const struct option_row *row = option_find(text_of(name));
    struct text path = *(struct text *)(void *)((char *)o + row->offset);
    struct buffer whole = {0};
    if (path.len == 0 || path.at[0] == '/')
        return true;
    if (text_starts(path, TEXT("~/"))) {
        const char *home = getenv("HOME");
        if (!home || home[0] != '/')
            return error_set(error, ERROR_CONFIG,
                             "%s: %s cannot be found, HOME is not set; write the whole path", name,
                             path.at);
        base = text_of(home);
        path = text_from(path, 2);
    }
    buffer_add(&whole, base);
    if (!text_ends(base, TEXT("/")))
        buffer_add_char(&whole, '/');
    buffer_add(&whole, path);
    options_set_text(o, name, buffer_text(&whole));
    buffer_release(&whole);
    return true;
}

static bool resolve_all(struct options *o, struct text base, struct error *error)
{
    for (const struct option_row *row = option_table; row->name; row++) {
        bool is_command = row->offset == offsetof(struct options, git_cli_path);
        bool is_store = row->offset == offsetof(struct options, store);
        if (row->type != OPTION_PATH && !is_store)
            continue;
        if (is_command && text_find(o->git_cli_path, '/') == o->git_cli_path.len)
            continue; // looked for in PATH
        if (is_store && text_contains(o->store, TEXT("://")))
            continue;
        if (!resolve(o, row->name, base, error))
            return false;
    }
    return true;
}

// base: of relative paths, and where the rule files are when nobody says.
static bool place_all(struct options *o, struct text base, struct error *error)
{
    if (!resolve_all(o, base, error))
        return false;
    if (o->config_dir_path.len == 0)
        options_set_text(o, "config_dir_path", base);
    return true;
}

// subdirectory: of the user's data directory; empty for the machine's itself.
static bool choose_data_directory(struct options *o, struct text subdirectory,
                                  const struct reading *reading, struct error *error)
{
    struct buffer path = {0};
    if (o->data_dir_path.len == 0) {
        bool is_machines = subdirectory.len == 0;
        if (!(is_machines ? files_machine_data_directory(&path, error)
                          : files_user_data_directory(&path, error)))
            return false;
        buffer_add(&path, subdirectory);
        options_set_text(o, "data_dir_path", buffer_text(&path));
        buffer_release(&path);
    }
    if (o->store.len == 0)
        options_set_text(o, "store", o->data_dir_path);
    return reading->is_look || files_make_private_directory(o->data_dir_path.at, error) ||
           error_prefix(error, "data_dir_path");
}

// Where the clone of repo_url goes when nobody says.
static bool place_clone(struct options *o, const char *name, struct error *error)
{
    struct buffer path = {0};
    if (o->repo_url.len == 0 || o->repo_dir.len)
        return true;
    bool is_good = true;
    if (o->data_dir_path.len)
        buffer_add(&path, o->data_dir_path);
    else
        is_good = files_machine_data_directory(&path, error);
    buffer_printf(&path, "/%s", name);
    if (is_good)
        options_set_text(o, "repo_dir", buffer_text(&path));
    buffer_release(&path);
    return is_good;
}

// The last component of a repository's path, without ".git".
static struct text name_of(struct text repository)
{
    while (text_ends(repository, TEXT("/")))
        repository.len--;
    if (text_ends(repository, TEXT("/.git")))
        repository.len -= 5;
    struct text name = text_from(repository, text_find_last(repository, '/') + 1);
    if (text_ends(name, TEXT(".git")))
        name.len -= 4;
    return name.len ? name : TEXT("default");
}

// By its address rather than by the directory of Flawless' own; never with the address's password.
static void name_project(struct config *config)
{
    const struct options *o = &config->options;
    struct arena arena = {0};
    struct git_url url;
    bool has_url = o->repo_url.len && git_url_read(o->repo_url.at, &arena, &url, NULL);
    buffer_add(&config->project_name, name_of(has_url ? text_of(url.plain) : o->repo_dir));
    arena_release(&arena);
}

// ---- projects ----

static bool name_is_free(const struct config *config, const struct project_options *project,
                         struct error *error)
{
    return !text_equal_nocase(project->name, buffer_text(&config->project_name)) ||
           error_set(error, ERROR_CONFIG,
                     "%s:%d: [project %s]: the default project has this name already, from its "
                     "repository; choose another one",
                     config->file_name.at, project->line, project->name.at);
}

// The rule files of a project are in a directory below the default project's.
static void place_rules(const struct options *o, struct project_options *project)
{
    struct buffer path = {0};
    if (project->options.config_dir_path.len)
        return;
    buffer_printf(&path, "%s/%s", o->config_dir_path.at, project->name.at);
    options_set_text(&project->options, "config_dir_path", buffer_text(&path));
    project->options.config_dir_may_be_missing = true;
    buffer_release(&path);
}

static bool place_project_clone(struct project_options *project, struct error *error)
{
    struct buffer name = {0};
    buffer_printf(&name, "repository-%s", project->name.at);
    bool is_good = place_clone(&project->options, name.at, error);
    buffer_release(&name);
    return is_good;
}

// When the options of [flawless] are complete.
static bool complete_projects(const struct reading *reading, struct config *config,
                              struct error *error)
{
    struct options *o = &config->options;
    struct text directory = directory_of(buffer_text(&config->file_name));
    name_project(config);
    for (size_t i = 0; i < o->project_n; i++) {
        struct project_options *project = &o->projects[i];
        if (!go_on(reading,
                   name_is_free(config, project, error) &&
                       resolve_all(&project->options, directory, error),
                   error))
            return false;
        place_rules(o, project);
    }
    options_inherit(o);
    for (size_t i = 0; i < o->project_n; i++)
        if (!place_project_clone(&o->projects[i], error))
            return false;
    return true;
}

// ---- the two ways to be configured ----

static bool read_password(struct options *o, struct error *error)
{
    struct buffer content = {0};
    if (o->smtp_password_file.len == 0)
        return true;
    if (!files_read(o->smtp_password_file.at, PASSWORD_FILE_MAX, &content, error))
        return error_prefix(error, "smtp_password_file");
    struct text password = buffer_text(&content);
    while (text_ends(password, TEXT("\n")) || text_ends(password, TEXT("\r")))
        password.len--;
    bool is_good = password.len > 0;
    for (size_t i = 0; i < password.len; i++)
        is_good = is_good && (unsigned char)password.at[i] >= 0x20;
    if (is_good)
        options_set_text(o, "smtp_password", password);
    buffer_release(&content);
    return is_good || error_set(error, ERROR_CONFIG,
                                "smtp_password_file: %.300s has to hold the password on one line "
                                "and nothing else",
                                o->smtp_password_file.at);
}

static bool set_file_name(const char *path, struct config *config, struct error *error)
{
    if (path[0] != '/') {
        if (!add_current_directory(&config->file_name, error))
            return false;
        buffer_add_char(&config->file_name, '/');
    }
    buffer_add_string(&config->file_name, path);
    return true;
}

// Without directories of Flawless' own and without secrets.
static bool read_content(const char *path, struct text content, const struct reading *reading,
                         struct config *config, struct error *error)
{
    config->source = digest_of(&content, 1);
    if (!set_file_name(path, config, error) ||
        (!options_read(&config->options, path, content, reading->heard, error) &&
         !reading->is_look)) // in a look the mistakes have been told
        return false;
    struct text directory = directory_of(buffer_text(&config->file_name));
    return go_on(reading, place_all(&config->options, directory, error), error);
}

static bool read_file(const char *path, const struct reading *reading, struct config *config,
                      struct error *error)
{
    struct buffer content = {0};
    bool is_good = files_read(path, OPTIONS_SIZE_MAX, &content, error) &&
                   read_content(path, buffer_text(&content), reading, config, error);
    buffer_release(&content);
    return is_good;
}

static bool add_state(const struct reading *reading, struct config *config, struct error *error)
{
    struct options *o = &config->options;
    return choose_data_directory(o, text_of(""), reading, error) &&
           place_clone(o, "repository", error) && go_on(reading, read_password(o, error), error);
}

static bool find_work_tree(const char *command, struct config *config, struct error *error)
{
    struct buffer here = {0}, tree = {0};
    bool is_good = add_current_directory(&here, error);
    if (is_good && !files_find_work_tree(here.at, &tree))
        is_good = error_set(error, ERROR_INPUT,
                            "%s: this is not inside a git work tree; go to one, or name a "
                            "configuration with -conf PATH",
                            command);
    if (is_good)
        options_set_text(&config->options, "repo_dir", buffer_text(&tree));
    is_good = is_good && place_all(&config->options, config->options.repo_dir, error);
    buffer_release(&here);
    buffer_release(&tree);
    return is_good;
}

static bool load_work_tree(const char *command, const struct reading *reading,
                           struct config *config, struct error *error)
{
    struct buffer subdirectory = {0};
    char digits[33];
    if (!find_work_tree(command, config, error))
        return false;
    struct options *o = &config->options;
    o->http_port = 0; // one port is enough, and 8080 is often taken on developers' machines
    o->web_auth = WEB_AUTH_NONE; // a trial, for who sits here
    options_set_text(o, "bind_address", TEXT("127.0.0.1"));
    struct text path = config->options.repo_dir;
    struct digest digest = digest_of(&path, 1); // work trees of one name are told apart
    hex_write(digest.bytes, 4, digits);
    buffer_printf(&subdirectory, "/%.*s-%s", TEXT_ARG(name_of(path)), digits);
    bool is_good =
        choose_data_directory(&config->options, buffer_text(&subdirectory), reading, error);
    buffer_release(&subdirectory);
    return is_good;
}

static bool load(int argc, char **arguments, const struct reading *reading, struct config *config,
                 struct error *error)
{
    const char *path = NULL;
    *config = (struct config){0};
    options_init(&config->options);
    if (!read_arguments(argc, arguments, &path, error))
        return false;
    if (!(path ? read_file(path, reading, config, error) && add_state(reading, config, error)
               : load_work_tree(arguments[0], reading, config, error)))
        return false;
    return complete_projects(reading, config, error);
}

bool config_read(const char *command, const char *path, struct config *config, struct error *error)
{
    *config = (struct config){0};
    options_init(&config->options);
    return (path ? read_file(path, &to_work, config, error) &&
                       place_clone(&config->options, "repository", error)
                 : find_work_tree(command, config, error)) &&
           complete_projects(&to_work, config, error);
}

bool config_load(int argc, char **arguments, struct config *config, struct error *error)
{
    return load(argc, arguments, &to_work, config, error);
}

bool config_look(int argc, char **arguments, struct options_warnings heard, struct config *config,
                 struct error *error)
{
    const struct reading reading = {.heard = heard, .is_look = true};
    return load(argc, arguments, &reading, config, error);
}

bool config_look_at(const char *path, struct text content, struct options_warnings heard,
                    struct config *config, struct error *error)
{
    const struct reading reading = {.heard = heard, .is_look = true};
    *config = (struct config){0};
    options_init(&config->options);
    return read_content(path, content, &reading, config, error) &&
           add_state(&reading, config, error) && complete_projects(&reading, config, error);
}

// ---- the projects ----

size_t config_project_n(const struct config *config)
{
    return 1 + config->options.project_n;
}

struct config_project config_project(const struct config *config, size_t i)
{
    const struct options *o = &config->options;
    if (i == 0)
        return (struct config_project){buffer_text(&config->project_name), o};
    return (struct config_project){o->projects[i - 1].name, &o->projects[i - 1].options};
}

struct repository_settings config_repository(const struct options *options)
{
    return (struct repository_settings){
        .git_path = options->git_cli_path.at,
        .dir = options->repo_dir.at,
        .branch_pattern = options->repo_branch_pattern.at,
        .ignore_revs_file = options->blame_ignore_revs_file.at,
    };
}

struct path_settings config_paths(const struct options *options)
{
    return (struct path_settings){
        .package_directories = options->report_runtime_package_directory_names.items,
        .package_directory_n = options->report_runtime_package_directory_names.item_n,
        .mappings = options->path_mapping.items,
        .mapping_n = options->path_mapping.item_n,
    };
}

bool config_find_project(const struct config *config, const char *name,
                         struct config_project *project, struct error *error)
{
    struct buffer names = {0};
    int64_t id = 0;
    text_to_int64(text_of(name), &id);
    for (size_t i = 0; i < config_project_n(config); i++) {
        *project = config_project(config, i);
        if (text_equal_nocase(project->name, text_of(name)) || project->options->project_id == id) {
            buffer_release(&names);
            return true;
        }
        buffer_printf(&names, "%s%.*s", i ? ", " : "", TEXT_ARG(project->name));
    }
    error_set(error, ERROR_INPUT, "there is no project \"%.100s\"; known are: %.300s", name,
              names.at);
    buffer_release(&names);
    return false;
}

bool config_is_same(const struct config *a, const struct config *b)
{
    return memcmp(&a->source, &b->source, sizeof a->source) == 0 &&
           text_equal(a->options.smtp_password, b->options.smtp_password);
}

void config_release(struct config *config)
{
    options_release(&config->options);
    buffer_release(&config->file_name);
    buffer_release(&config->project_name);
}

int config_complain(const struct error *error)
{
    fprintf(stderr, "flawless: %s\n", error->message);
    return error->kind == ERROR_INPUT ? 2 : 1;
}
