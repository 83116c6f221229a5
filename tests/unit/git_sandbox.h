// SPDX-License-Identifier: MIT
// Real git repositories in a temporary directory, for tests.
#ifndef FLAWLESS_TESTS_UNIT_GIT_SANDBOX_H
#define FLAWLESS_TESTS_UNIT_GIT_SANDBOX_H

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "base/arena.h"
#include "io/child.h"

struct sandbox {
    char dir[64];   // all of it
    char repo[128]; // the work tree of its repository
    int commits;    // each is a day later than the one before
    struct arena arena;
};

static inline void sandbox_run(struct sandbox *s, const char *author, const char *const *arguments,
                               struct buffer *output)
{
    struct text name = text_until(text_of(author), text_find(text_of(author), '@'));
    const char *const environment[] = {
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "GIT_CONFIG_NOSYSTEM=1",
        "GIT_CONFIG_GLOBAL=/dev/null",
        "HOME=/nonexistent",
        "LC_ALL=C",
        "GIT_COMMITTER_NAME=Committer",
        "GIT_COMMITTER_EMAIL=committer@shop.example",
        arena_printf(&s->arena, "GIT_AUTHOR_NAME=%.*s", TEXT_ARG(name)).at,
        arena_printf(&s->arena, "GIT_AUTHOR_EMAIL=%s", author).at,
        arena_printf(&s->arena, "GIT_AUTHOR_DATE=%lld +0000", 1600000000LL + s->commits * 86400LL)
            .at,
        arena_printf(&s->arena, "GIT_COMMITTER_DATE=%lld +0000",
                     1600000000LL + s->commits * 86400LL)
            .at,
        NULL};
    struct child_job job = {.name = "git",
                            .arguments = arguments,
                            .environment = environment,
                            .directory = s->repo,
                            .timeout_ms = 60000};
    struct error error = {0};
    if (!child_run(&job, (struct text){0}, output, &error))
        fail_msg("%s", error.message);
}

// git with these arguments, in the repository; what it says without the final line feed.
#define sandbox_git(s, ...) sandbox_git_with((s), (const char *const[]){"git", __VA_ARGS__, NULL})
static inline const char *sandbox_git_with(struct sandbox *s, const char *const *arguments)
{
    struct buffer output = {0};
    sandbox_run(s, "nobody@shop.example", arguments, &output);
    const char *said = arena_string(&s->arena, text_trim(buffer_text(&output)));
    buffer_release(&output);
    return said;
}

static inline void sandbox_write(struct sandbox *s, const char *path, const char *content)
{
    char *full = (char *)arena_printf(&s->arena, "%s/%s", s->repo, path).at;
    for (char *slash = full + strlen(s->repo) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(full, 0777);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

// Commits everything; gives the hash.
static inline const char *sandbox_commit(struct sandbox *s, const char *author, const char *subject)
{
    struct buffer output = {0};
    s->commits++;
    sandbox_run(s, author, (const char *const[]){"git", "add", "-A", NULL}, &output);
    sandbox_run(s, author,
                (const char *const[]){"git", "commit", "-q", "--allow-empty", "-m", subject, NULL},
                &output);
    buffer_release(&output);
    return sandbox_git(s, "rev-parse", "HEAD");
}

static inline void sandbox_open(struct sandbox *s)
{
    *s = (struct sandbox){0};
    snprintf(s->dir, sizeof s->dir, "/tmp/flawless-test-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    snprintf(s->repo, sizeof s->repo, "%s/repo", s->dir);
    assert_int_equal(mkdir(s->repo, 0777), 0);
    sandbox_git(s, "init", "-q", "-b", "main");
}

static inline void sandbox_close(struct sandbox *s)
{
    char dir[64];
    struct buffer output = {0};
    snprintf(dir, sizeof dir, "%s", s->dir);
    snprintf(s->repo, sizeof s->repo, "/");
    sandbox_run(s, "x", (const char *const[]){"rm", "-rf", dir, NULL}, &output);
    buffer_release(&output);
    arena_release(&s->arena);
}

#endif
