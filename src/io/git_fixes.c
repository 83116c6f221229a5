// SPDX-License-Identifier: MIT
#include "io/git_fixes.h"

#include "base/utf8.h"
#include "core/fixes.h"

enum {
    FIXES_TIMEOUT_MS = 2 * 60 * 1000,
    OUTPUT_MAX = 16 * 1024 * 1024,
};

static bool read_commits(const struct git *git, const char *tip, const char *since,
                         struct buffer *output, struct error *error)
{
    struct arena scratch = {0};
    const char *const arguments[] = {
        "-c",
        arena_printf(&scratch, "mailmap.blob=%s:.mailmap", tip).at,
        "log",
        "-z",
        "--no-show-signature",
        "--encoding=UTF-8",
        "--format=%H%n%aE%n%B",
        "--regexp-ignore-case",
        "--extended-regexp",
        "--grep=^[[:space:]]*Fixes-error:[[:space:]]*#?[0-9]+",
        arena_printf(&scratch, "--max-count=%d", COMMIT_FIX_MAX).at,
        tip,
        "--not",
        since,
        "--",
        NULL,
    };
    bool ok = git_run(git, "git log", arguments, (struct text){0}, FIXES_TIMEOUT_MS, output, error);
    arena_release(&scratch);
    return ok;
}

// Adds what one commit says: its hash, its author's address and its message, one after the other.
static void take_commit(struct text said, struct arena *arena, struct commit_fix *fixes,
                        size_t *fix_n)
{
    struct text hash, author;
    int64_t ids[FIXES_MAX];
    if (!text_cut(&said, '\n', &hash) || !text_cut(&said, '\n', &author))
        return;
    size_t n = fixes_find(said, ids);
    hash = arena_copy(arena, hash);
    author = utf8_mended(arena, arena_copy(arena, author));
    for (size_t i = 0; i < n && *fix_n < COMMIT_FIX_MAX; i++)
        fixes[(*fix_n)++] = (struct commit_fix){hash, author, ids[i]};
}

bool git_list_fixes(const struct git *git, struct objects *objects, const char *tip,
                    struct text since, struct arena *arena, struct commit_fix **fixes,
                    size_t *fix_n, struct error *error)
{
    struct object object;
    struct buffer output = {.max = OUTPUT_MAX};
    *fix_n = 0;
    *fixes = arena_array(arena, struct commit_fix, COMMIT_FIX_MAX);
    if (!objects_get(objects, since, &object, error))
        return false;
    if (object.type != OBJECT_COMMIT)
        return true;
    bool is_read = read_commits(git, tip, object.hash, &output, error);
    struct text rest = buffer_text(&output), said;
    while (is_read && text_cut(&rest, '\0', &said))
        take_commit(said, arena, *fixes, fix_n);
    buffer_release(&output);
    return is_read;
}
