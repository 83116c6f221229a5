// SPDX-License-Identifier: MIT
// A password must be in no process list, no file and no message. git is told the URL without it and
// asks its credential helper when the host wants one. That helper is a constant line of shell which
// prints two variables of git's environment; it is asked for this scheme, host and port alone, so
// that a redirection elsewhere gets nothing.
#include "io/git_remote.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD_OUTPUT_MAX = 64 * 1024 };

static const char helper[] =
    "!printf 'username=%s\\npassword=%s\\n' \"$FLAWLESS_GIT_USER\" \"$FLAWLESS_GIT_PASSWORD\" #";

// What the way to another machine may depend on.
static const char *const inherited[] = {
    "PATH",         "HOME",          "SSH_AUTH_SOCK",  "http_proxy",     "https_proxy",
    "HTTPS_PROXY",  "all_proxy",     "ALL_PROXY",      "no_proxy",       "NO_PROXY",
    "SSL_CERT_DIR", "SSL_CERT_FILE", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "TMPDIR",
};
enum { INHERITED_N = sizeof inherited / sizeof *inherited };

static const char *const variables[] = {
    "LC_ALL=C",
    "GIT_CONFIG_NOSYSTEM=1",
    "GIT_CONFIG_SYSTEM=/dev/null",
    "GIT_CONFIG_GLOBAL=/dev/null",
    "GIT_ATTR_NOSYSTEM=1",
    "GIT_TERMINAL_PROMPT=0",
    "GIT_ASKPASS=false",
    "SSH_ASKPASS=false",
    "SSH_ASKPASS_REQUIRE=never",
    "GIT_SSH_COMMAND=ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15",
    "GIT_ALLOW_PROTOCOL=https:http:ssh:git:file",
    "GIT_PAGER=cat",
    "GIT_EDITOR=false",
};
enum { VARIABLE_N = sizeof variables / sizeof *variables };

static const char *const settings[][2] = {
    {"core.hooksPath", "/dev/null"},
    {"core.fsmonitor", "false"},
    {"core.askPass", "false"},
    {"safe.directory", "*"},  // a URL may be a path, whose repository may be another user's
    {"init.templateDir", ""}, // nothing of the machine's in the clone
    {"transfer.fsckObjects", "false"}, // old histories have commits that are odd and harmless
    {"fetch.unpackLimit", "1"},        // packs alone, which can be put together without losing any
    {"http.lowSpeedLimit", "100"},     // bytes a second ...
    {"http.lowSpeedTime", "120"},      // ... for so many seconds is a dead connection
    {"gc.auto", "0"},                  // nothing that a report may name is ever thrown away
    {"maintenance.auto", "false"},
};
enum { SETTING_N = sizeof settings / sizeof *settings };

static size_t add_setting(struct arena *arena, const char **environment, size_t n, size_t i,
                          const char *name, const char *value)
{
    environment[n++] = arena_printf(arena, "GIT_CONFIG_KEY_%zu=%s", i, name).at;
    environment[n++] = arena_printf(arena, "GIT_CONFIG_VALUE_%zu=%s", i, value).at;
    return n;
}

static const char *const *make_environment(struct arena *arena, const struct git_url *url)
{
    const char **environment =
        arena_array(arena, const char *, INHERITED_N + VARIABLE_N + 2 * SETTING_N + 10);
    size_t n = 0, setting_n = SETTING_N;
    for (size_t i = 0; i < INHERITED_N; i++)
        if (getenv(inherited[i]))
            environment[n++] = arena_printf(arena, "%s=%s", inherited[i], getenv(inherited[i])).at;
    for (size_t i = 0; i < VARIABLE_N; i++)
        environment[n++] = variables[i];
    for (size_t i = 0; i < SETTING_N; i++)
        n = add_setting(arena, environment, n, i, settings[i][0], settings[i][1]);
    if (url->user) {
        const char *key = arena_printf(arena, "credential.%s.helper", url->host).at;
        n = add_setting(arena, environment, n, setting_n++, key, helper);
        environment[n++] = arena_printf(arena, "FLAWLESS_GIT_USER=%s", url->user).at;
        environment[n++] = arena_printf(arena, "FLAWLESS_GIT_PASSWORD=%s", url->password).at;
    }
    environment[n++] = arena_printf(arena, "GIT_CONFIG_COUNT=%zu", setting_n).at;
    return environment;
}

bool git_remote_make(struct arena *arena, const char *git_path, const char *url,
                     struct git_remote *remote, struct error *error)
{
    if (!git_url_read(url, arena, &remote->url, error))
        return false;
    remote->git = (struct git){
        .program = arena_string(arena, text_of(git_path && *git_path ? git_path : "git")),
        .directory = "/",
        .environment = make_environment(arena, &remote->url),
    };
    return true;
}

// What git says, and what the operator can do about it.
static const struct {
    const char *words, *remedy;
} remedies[] = {
    {"could not read Username",
     "it wants a user and a password; write https://USER:PASSWORD@HOST/..."},
    {"Authentication failed", "the user or the password is wrong"},
    {"HTTP 403", "this user may not read it"},
    {"returned error: 403", "this user may not read it"},
    {"Host key verification failed",
     "log in there with ssh once, as the user Flawless runs as, so that the host is known"},
    {"Permission denied (", "the ssh key of the user Flawless runs as is not taken there"},
    {"not found", "there is no such repository, or this user may not see it"},
    {"does not appear to be a git repository", "there is no repository at that path"},
    {"Could not resolve host", "no host has that name"},
};

static void explain(const struct git_remote *remote, struct error *error)
{
    if (!error)
        return;
    git_url_mask(&remote->url, error);
    const char *remedy = "";
    for (size_t i = 0; i < sizeof remedies / sizeof *remedies && !*remedy; i++)
        if (strstr(error->message, remedies[i].words))
            remedy = remedies[i].remedy;
    error_prefix(error, "repo_url %.150s%s%s", remote->url.shown, *remedy ? ": " : "", remedy);
}

bool git_remote_run(const struct git_remote *remote, const char *name, const char *const *arguments,
                    int64_t timeout_ms, const struct git_listener *listener, struct buffer *output,
                    struct error *error)
{
    struct child child;
    bool ok = git_start(&remote->git, name, arguments, timeout_ms, &child, error);
    if (ok && listener) {
        child.self = listener->self;
        child.heard = listener->heard;
    }
    ok = ok && child_finish(&child, output, error);
    if (!ok)
        explain(remote, error);
    return ok;
}

bool repository_try_url(const char *git_path, const char *url, int64_t timeout_ms,
                        struct error *error)
{
    struct arena arena = {0};
    struct git_remote remote;
    struct buffer output = {.max = HEAD_OUTPUT_MAX};
    bool ok = git_remote_make(&arena, git_path, url, &remote, error);
    if (ok) {
        const char *const arguments[] = {"ls-remote",      "--symref", "--end-of-options",
                                         remote.url.plain, "HEAD",     NULL};
        ok = git_remote_run(&remote, "git ls-remote", arguments, timeout_ms, NULL, &output, error);
    }
    buffer_release(&output);
    arena_release(&arena);
    return ok;
}
