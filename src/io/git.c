// SPDX-License-Identifier: MIT
// A repository's own configuration can name programs to run and files to read. What follows sees to
// it that git never runs one of them, never talks to a network, never asks anybody and never
// writes.
#include "io/git.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARGUMENT_MAX = 4000 };

// Settings that win over the repository's own.
static const char *const settings[][2] = {
    {"core.hooksPath", "/dev/null"},
    {"core.fsmonitor", "false"},
    {"core.untrackedCache", "false"},
    {"core.quotePath", "false"},
    {"core.warnAmbiguousRefs", "false"},
    {"protocol.allow", "never"},
    {"diff.orderFile", "/dev/null"},
    {"diff.relative", "false"},
    {"log.showSignature", "false"},
    {"log.follow", "false"},
    {"log.showRoot", "true"},
    {"gc.auto", "0"},
    {"maintenance.auto", "false"},
};
enum { SETTING_N = sizeof settings / sizeof *settings };

static const char *const variables[] = {
    "HOME=/nonexistent",
    "XDG_CONFIG_HOME=/nonexistent",
    "LC_ALL=C",
    "TZ=UTC",
    "GIT_CONFIG_NOSYSTEM=1",
    "GIT_CONFIG_SYSTEM=/dev/null",
    "GIT_CONFIG_GLOBAL=/dev/null",
    "GIT_ATTR_NOSYSTEM=1",
    "GIT_TERMINAL_PROMPT=0",
    "GIT_ASKPASS=false",
    "SSH_ASKPASS=false",
    "GIT_SSH_COMMAND=false",
    "GIT_ALLOW_PROTOCOL=none", // unlike protocol.allow it wins over protocol.<name>.allow, too
    "GIT_NO_LAZY_FETCH=1",
    "GIT_OPTIONAL_LOCKS=0",
    "GIT_LITERAL_PATHSPECS=1",
    "GIT_PAGER=cat",
    "GIT_EDITOR=false",
};
enum { VARIABLE_N = sizeof variables / sizeof *variables };

static const char *variable(struct arena *arena, const char *name, const char *value)
{
    return arena_printf(arena, "%s=%s", name, value).at;
}

static size_t add_setting(struct arena *arena, const char **environment, size_t n, size_t i,
                          const char *name, const char *value)
{
    environment[n++] = arena_printf(arena, "GIT_CONFIG_KEY_%zu=%s", i, name).at;
    environment[n++] = arena_printf(arena, "GIT_CONFIG_VALUE_%zu=%s", i, value).at;
    return n;
}

struct git git_make(struct arena *arena, const char *program, const char *dir, bool is_git_dir,
                    const char *directory)
{
    const char **environment = arena_array(arena, const char *, VARIABLE_N + 2 * SETTING_N + 10);
    const char *path = getenv("PATH");
    size_t n = 0, setting_n = SETTING_N;
    environment[n++] = variable(arena, "PATH", path ? path : "/usr/local/bin:/usr/bin:/bin");
    for (size_t i = 0; i < VARIABLE_N; i++)
        environment[n++] = variables[i];
    for (size_t i = 0; i < SETTING_N; i++)
        n = add_setting(arena, environment, n, i, settings[i][0], settings[i][1]);
    // the operator named this repository, so it may be another user's
    n = add_setting(arena, environment, n, setting_n++, "safe.directory", dir);
    if (is_git_dir) {
        environment[n++] = variable(arena, "GIT_DIR", dir);
        n = add_setting(arena, environment, n, setting_n++, "core.bare", "true");
    }
    environment[n++] = arena_printf(arena, "GIT_CONFIG_COUNT=%zu", setting_n).at;
    return (struct git){.program = arena_string(arena, text_of(program)),
                        .directory = arena_string(arena, text_of(directory)),
                        .environment = environment};
}

bool git_start(const struct git *git, const char *name, const char *const *arguments,
               int64_t timeout_ms, struct child *child, struct error *error)
{
    struct arena scratch = {0};
    const char **all = arena_array(&scratch, const char *, ARGUMENT_MAX + 2);
    size_t n = 0;
    all[n++] = git->program;
    for (size_t i = 0; arguments[i]; i++) {
        check(n <= ARGUMENT_MAX);
        all[n++] = arguments[i];
    }
    struct child_job job = {.name = name,
                            .arguments = all,
                            .environment = git->environment,
                            .directory = git->directory,
                            .timeout_ms = timeout_ms};
    bool ok = child_start(&job, child, error);
    arena_release(&scratch);
    return ok;
}

bool git_run(const struct git *git, const char *name, const char *const *arguments,
             struct text input, int64_t timeout_ms, struct buffer *output, struct error *error)
{
    struct child child;
    return git_start(git, name, arguments, timeout_ms, &child, error) &&
           child_write(&child, input, output, error) && child_finish(&child, output, error);
}

bool git_path_is_sane(struct text path, const char **why_not)
{
    *why_not = NULL;
    if (path.len == 0)
        *why_not = "the path is empty";
    else if (path.len > PATH_BYTES_MAX)
        *why_not = "the path is too long";
    else if (path.at[0] == '-')
        *why_not = "the path begins with '-'";
    for (size_t i = 0; i < path.len && !*why_not; i++)
        if ((unsigned char)path.at[i] < ' ' || path.at[i] == 0x7f)
            *why_not = "the path has a control character";
    struct text rest = path, component;
    while (!*why_not && text_cut(&rest, '/', &component))
        if (component.len == 0 || text_equal(component, TEXT(".")) ||
            text_equal(component, TEXT("..")))
            *why_not = "the path has an empty, \".\" or \"..\" component";
    if (!*why_not && path.at[path.len - 1] == '/')
        *why_not = "the path is a directory's";
    return !*why_not;
}
