// SPDX-License-Identifier: MIT
#include "io/git_predecessor.h"

enum { DIFF_TIMEOUT_MS = 5 * 1000, DIFF_MAX = 8 * 1024 * 1024 };

bool git_list_old_lines(const struct git *git, const struct blame_finding *finding,
                        struct arena *arena, struct old_line lines[OLD_LINE_MAX], size_t *n,
                        struct error *error)
{
    struct arena scratch = {0};
    struct buffer diff = {.max = DIFF_MAX};
    const struct file_version *old = &finding->previous;
    const struct line_identity *line = &finding->line;
    const char *const arguments[] = {
        "diff",
        "--unified=0",
        "--ignore-all-space",
        "--text",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--end-of-options",
        arena_printf(&scratch, "%.*s:%.*s", TEXT_ARG(old->commit), TEXT_ARG(old->path)).at,
        arena_printf(&scratch, "%.*s:%.*s", TEXT_ARG(line->commit), TEXT_ARG(line->path)).at,
        NULL};
    bool ok = git_run(git, "git diff", arguments, (struct text){0}, DIFF_TIMEOUT_MS, &diff, error);
    *n = ok ? hunk_old_lines(buffer_text(&diff), line->number, arena, lines) : 0;
    buffer_release(&diff);
    arena_release(&scratch);
    return ok;
}
