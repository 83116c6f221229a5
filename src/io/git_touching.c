// SPDX-License-Identifier: MIT
#include "io/git_touching.h"

#include "base/utf8.h"

enum { OUTPUT_MAX = 1024 * 1024, FIELD_N = 5 };

static struct text field_text(struct text field, struct arena *arena)
{
    return utf8_mended(arena, arena_copy(arena, text_until(field, STUDY_WORDS_MAX)));
}

// One line of the format below.
static bool read_commit(struct text line, struct arena *arena, struct study_commit *commit)
{
    struct text fields[FIELD_N] = {{0}};
    int64_t seconds = 0;
    for (size_t i = 0; i < FIELD_N; i++)
        text_cut(&line, '\0', &fields[i]);
    if (!text_to_int64(fields[3], &seconds) || seconds < 0 || seconds > INT64_MAX / 1000)
        seconds = 0;
    *commit = (struct study_commit){
        .commit = arena_copy(arena, fields[0]),
        .author_name = field_text(fields[1], arena),
        .author_email = field_text(fields[2], arena),
        .at_ms = seconds * 1000,
        .subject = field_text(fields[4], arena),
    };
    return fields[0].len >= 40;
}

void touching_parse(struct text output, struct arena *arena, struct study *study)
{
    struct text line;
    study->commits = arena_array(arena, struct study_commit, STUDY_COMMIT_MAX + 1);
    study->commit_n = 0;
    while (study->commit_n <= STUDY_COMMIT_MAX && text_find(output, '\n') < output.len &&
           text_cut(&output, '\n', &line))
        study->commit_n += read_commit(line, arena, &study->commits[study->commit_n]);
    study->has_more = study->commit_n > STUDY_COMMIT_MAX;
    if (study->has_more)
        study->commit_n = STUDY_COMMIT_MAX;
}

// Reads until git ends; when it does not, what it said until then stays in output.
static bool listen(struct child *child, struct buffer *output, struct error *why_not)
{
    bool is_end = false;
    while (!is_end)
        if (!child_read(child, output, &is_end, why_not))
            return false;
    return child_finish(child, NULL, why_not);
}

bool git_list_touching(const struct git *git, const struct touching_request *request,
                       struct arena *arena, struct study *study, struct error *error)
{
    struct arena scratch = {0};
    struct buffer output = {.max = OUTPUT_MAX};
    struct child child = {0};
    struct error why_not = {0};
    struct text since = request->since;
    const char *range = arena_printf(&scratch, "%.*s%s%s", TEXT_ARG(since), since.len ? ".." : "",
                                     request->revision)
                            .at;
    const char *const arguments[] = {
        "-c",
        arena_printf(&scratch, "mailmap.blob=%s:.mailmap", request->tip).at,
        "-c",
        "diff.renames=true",
        "log",
        "--no-patch",
        "--no-ext-diff",
        "--no-textconv",
        "--encoding=UTF-8",
        "--format=%H%x00%aN%x00%aE%x00%at%x00%s",
        arena_printf(&scratch, "--max-count=%d", STUDY_COMMIT_MAX + 1).at,
        arena_printf(&scratch, "-L%lld,%lld:%.*s", (long long)request->lines.first,
                     (long long)request->lines.last, TEXT_ARG(request->path))
            .at,
        "--end-of-options",
        range,
        NULL};
    bool is_started = git_start(git, "git log", arguments, TOUCHING_TIMEOUT_MS, &child, error);
    if (is_started && !listen(&child, &output, &why_not))
        study->commits_missing = arena_copy(arena, text_of(why_not.message));
    child_kill(&child);
    if (is_started)
        touching_parse(buffer_text(&output), arena, study);
    buffer_release(&output);
    arena_release(&scratch);
    return is_started;
}
