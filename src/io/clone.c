// SPDX-License-Identifier: MIT
// Nothing that a report may name is thrown away: git never collects garbage here. So that fetches
// do not pile up packs, those are put together from time to time, by a way that keeps every object
// of theirs (--geometric), reachable or not.
#include "io/clone.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/files.h"
#include "io/tree.h"

enum {
    CLONE_TIMEOUT_MS = 6 * 60 * 60 * 1000,
    FETCH_TIMEOUT_MS = 30 * 60 * 1000,
    HEAD_TIMEOUT_MS = 60 * 1000,
    GRAPH_TIMEOUT_MS = 60 * 60 * 1000,
    SMALL_TIMEOUT_MS = 20 * 1000,
    OUTPUT_MAX = 64 * 1024,
    PACK_MAX = 24, // more are put together
};

static const char mark[] = "flawless.url"; // in the configuration of what Flawless made: its URL

// ---- small questions ----

static bool run_local(const struct clone *clone, const char *name, const char *const *arguments,
                      int64_t timeout_ms, struct error *error)
{
    struct buffer output = {.max = OUTPUT_MAX};
    bool ok = git_run(&clone->local, name, arguments, (struct text){0}, timeout_ms, &output, error);
    buffer_release(&output);
    return ok;
}

static const char *config_of(const struct clone *clone, const char *dir)
{
    return arena_printf((struct arena *)&clone->arena, "%s/config", dir).at;
}

// The URL that Flawless made the directory of; empty when it did not make it.
static struct text marked_url(struct clone *clone)
{
    const char *const arguments[] = {"config", "--file", config_of(clone, clone->dir),
                                     "--get",  mark,     NULL};
    struct git git = clone->local;
    struct buffer output = {.max = OUTPUT_MAX};
    git.directory = "/";
    bool ok =
        git_run(&git, "git config", arguments, (struct text){0}, SMALL_TIMEOUT_MS, &output, NULL);
    struct text url =
        ok ? arena_copy(&clone->arena, text_trim(buffer_text(&output))) : (struct text){0};
    buffer_release(&output);
    return url;
}

static bool set_mark(struct clone *clone, const char *dir, struct error *error)
{
    const char *const arguments[] = {
        "config", "--file", config_of(clone, dir), mark, clone->remote.url.plain, NULL};
    struct git git = clone->local;
    git.directory = "/";
    return git_run(&git, "git config", arguments, (struct text){0}, SMALL_TIMEOUT_MS, NULL, error);
}

// ---- open ----

static bool is_empty(const char *path)
{
    DIR *directory = opendir(path);
    int n = 0;
    while (directory && n < 3 && readdir(directory))
        n++;
    if (directory)
        closedir(directory);
    return directory && n < 3; // "." and ".."
}

bool clone_open(const struct clone_settings *settings, struct clone *clone, struct error *error)
{
    *clone = (struct clone){0};
    if (!git_remote_make(&clone->arena, settings->git_path, settings->url, &clone->remote, error))
        return false;
    struct text dir = text_of(settings->dir);
    while (dir.len > 1 && text_ends(dir, TEXT("/")))
        dir.len--;
    clone->dir = arena_string(&clone->arena, dir);
    clone->local = git_make(&clone->arena, clone->remote.git.program, clone->dir, true, clone->dir);
    struct stat status;
    if (lstat(clone->dir, &status) != 0 && errno == ENOENT)
        return true;
    if (S_ISDIR(status.st_mode) && is_empty(clone->dir))
        return true;
    struct text url = marked_url(clone);
    if (url.len == 0)
        return error_set(error, ERROR_CONFIG,
                         "repo_dir %.200s is there and is no clone that Flawless made of repo_url; "
                         "let repo_dir name a directory that is missing or empty, or remove "
                         "repo_url to have it read and never written to",
                         clone->dir);
    clone->exists = true;
    clone->is_repointed = !text_equal(url, text_of(clone->remote.url.plain));
    return true;
}

void clone_release(struct clone *clone)
{
    arena_release(&clone->arena);
    *clone = (struct clone){0};
}

// ---- progress ----

// "Receiving objects:  45% (9/20)" and the like; other counts come before and after it and are
// short.
static void read_progress(struct clone *clone)
{
    struct text line = {clone->line, clone->line_len};
    struct text count = text_trim(text_from(line, text_find(line, ':') + 1));
    int64_t percent;
    if (text_contains(line, TEXT("Receiving objects:")) &&
        text_to_int64(text_until(count, text_find(count, '%')), &percent) && percent >= 0 &&
        percent <= 100)
        atomic_store(&clone->percent, (int)percent);
}

static void hear(void *self, struct text bytes)
{
    struct clone *clone = self;
    for (size_t i = 0; i < bytes.len; i++) {
        bool is_end = bytes.at[i] == '\r' || bytes.at[i] == '\n';
        if (is_end)
            read_progress(clone);
        if (is_end)
            clone->line_len = 0;
        else if (clone->line_len < sizeof clone->line)
            clone->line[clone->line_len++] = bytes.at[i];
    }
}

// ---- the commit graph ----

// Without it blame in a long history takes many times as long. A clone without one is slow and
// good.
static bool write_graph(const struct clone *clone, struct error *error)
{
    static const char *const arguments[] = {
        "commit-graph", "write",         "--reachable", "--changed-paths",
        "--split",      "--no-progress", NULL};
    return run_local(clone, "git commit-graph", arguments, GRAPH_TIMEOUT_MS, error);
}

static int count_packs(const struct clone *clone)
{
    char path[PATH_MAX];
    int n = 0;
    snprintf(path, sizeof path, "%s/objects/pack", clone->dir);
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        n += text_ends(text_of(entry->d_name), TEXT(".pack"));
    if (directory)
        closedir(directory);
    return n;
}

static bool put_packs_together(const struct clone *clone, struct error *error)
{
    static const char *const arguments[] = {"repack", "-q", "-d", "-l", "--geometric=2", NULL};
    return count_packs(clone) <= PACK_MAX ||
           run_local(clone, "git repack", arguments, GRAPH_TIMEOUT_MS, error);
}

// ---- make ----

// The directory that holds the clone's.
static void find_parent(const struct clone *clone, char *path, size_t size)
{
    struct text parent = text_until(text_of(clone->dir), text_find_last(text_of(clone->dir), '/'));
    snprintf(path, size, "%.*s", TEXT_ARG(parent.len ? parent : TEXT("/")));
}

// What attempts that were killed left beside the clone's place: "NAME.new-XXXXXX".
static void remove_attempts(const struct clone *clone)
{
    struct text name = text_from(text_of(clone->dir), text_find_last(text_of(clone->dir), '/') + 1);
    char parent[PATH_MAX];
    find_parent(clone, parent, sizeof parent);
    DIR *directory = opendir(parent);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        struct text found = text_of(entry->d_name);
        char path[PATH_MAX];
        if (text_starts(found, name) && text_starts(text_from(found, name.len), TEXT(".new-")) &&
            snprintf(path, sizeof path, "%s/%s", parent, entry->d_name) < (int)sizeof path)
            tree_remove(path);
    }
    if (directory)
        closedir(directory);
}

static bool make_attempt(const struct clone *clone, char *path, size_t size, struct error *error)
{
    find_parent(clone, path, size);
    if (!files_make_private_directory(path, error))
        return error_prefix(error, "repo_dir");
    remove_attempts(clone);
    if (snprintf(path, size, "%s.new-XXXXXX", clone->dir) >= (int)size || !mkdtemp(path))
        return error_set(error, ERROR_SYSTEM, "cannot make a directory beside repo_dir %.200s: %s",
                         clone->dir, strerror(errno));
    return true;
}

static bool fill(struct clone *clone, const char *path, struct error *error)
{
    const char *const arguments[] = {"clone",
                                     "--bare",
                                     "--progress",
                                     "--no-hardlinks",
                                     "--end-of-options",
                                     clone->remote.url.plain,
                                     path,
                                     NULL};
    const struct git_listener listener = {clone, hear};
    atomic_store(&clone->percent, 0);
    return git_remote_run(&clone->remote, "git clone", arguments, CLONE_TIMEOUT_MS, &listener, NULL,
                          error) &&
           set_mark(clone, path, error);
}

bool clone_make(struct clone *clone, struct error *error)
{
    char path[PATH_MAX];
    if (!make_attempt(clone, path, sizeof path, error))
        return false;
    if (!fill(clone, path, error)) {
        tree_remove(path);
        return false;
    }
    if (rename(path, clone->dir) != 0) { // takes the place of an empty directory, too
        error_set(error, ERROR_SYSTEM, "the clone cannot be moved to repo_dir %.200s: %s",
                  clone->dir, strerror(errno));
        tree_remove(path);
        return false;
    }
    clone->exists = true;
    remove_attempts(clone); // a git that outlived a killed server may have gone on writing
    return write_graph(clone, error);
}

// ---- fetch ----

// The branch that the URL's HEAD names; empty when it names none. In the arena.
static bool ask_head(const struct clone *clone, struct arena *arena, const char **head,
                     struct error *error)
{
    const char *const arguments[] = {
        "ls-remote", "--symref", "--end-of-options", clone->remote.url.plain, "HEAD", NULL};
    struct buffer output = {.max = OUTPUT_MAX};
    bool ok = git_remote_run(&clone->remote, "git ls-remote", arguments, HEAD_TIMEOUT_MS, NULL,
                             &output, error);
    struct text line = buffer_text(&output); // "ref: refs/heads/main\tHEAD"
    line = text_until(line, text_find(line, '\t'));
    bool is_branch = ok && text_starts(line, TEXT("ref: refs/heads/"));
    *head = is_branch ? arena_string(arena, text_from(line, 5)) : "";
    buffer_release(&output);
    return ok;
}

static bool follow_head(const struct clone *clone, struct error *error)
{
    struct arena arena = {0};
    const char *head;
    bool ok = ask_head(clone, &arena, &head, error);
    if (ok && *head) {
        const char *const arguments[] = {"symbolic-ref", "HEAD", head, NULL};
        ok = run_local(clone, "git symbolic-ref", arguments, SMALL_TIMEOUT_MS, error);
    }
    arena_release(&arena);
    return ok;
}

bool clone_fetch(struct clone *clone, struct error *error)
{
    const char *git_dir = arena_printf(&clone->arena, "--git-dir=%s", clone->dir).at;
    const char *const arguments[] = {git_dir,
                                     "fetch",
                                     "--quiet",
                                     "--prune",
                                     "--no-auto-gc",
                                     "--no-write-fetch-head",
                                     "--update-head-ok",
                                     "--end-of-options",
                                     clone->remote.url.plain,
                                     "+refs/heads/*:refs/heads/*",
                                     "+refs/tags/*:refs/tags/*",
                                     NULL};
    tree_remove_leavings(clone->dir, FETCH_TIMEOUT_MS);
    remove_attempts(clone);
    if (!git_remote_run(&clone->remote, "git fetch", arguments, FETCH_TIMEOUT_MS, NULL, NULL,
                        error) ||
        !follow_head(clone, error))
        return false;
    if (clone->is_repointed && !set_mark(clone, clone->dir, error))
        return false;
    clone->is_repointed = false;
    return put_packs_together(clone, error) && write_graph(clone, error);
}
