// SPDX-License-Identifier: MIT
#include "web/source.h"

#include "base/log.h"
#include "core/study.h"
#include "io/store_study.h"
#include "web/show.h"

static void show_commit(const struct page *page, struct value *object,
                        const struct study_commit *commit)
{
    struct arena *arena = page->arena;
    bool is_known = commit->commit.len > 0;
    struct text date = is_known ? show_moment(arena, commit->at_ms) : (struct text){0};
    show_text_or_null(arena, object, "commit", commit->commit);
    show_text_or_null(arena, object, "author_name", commit->author_name);
    show_text_or_null(arena, object, "author_email", commit->author_email);
    show_text_or_null(arena, object, "date", date);
    show_text_or_null(arena, object, "subject", commit->subject);
    value_set_text(arena, object, "_commit", text_until(commit->commit, SHORT_HASH));
    value_set_text(arena, object, "_author",
                   commit->author_name.len ? commit->author_name : commit->author_email);
    show_time(arena, object, "_at", page->now_ms, commit->at_ms);
}

static void show_lines(const struct page *page, struct value *source, const struct study *study)
{
    struct arena *arena = page->arena;
    struct value *lines = value_set_list(arena, source, "lines");
    struct text before = {0};
    for (size_t i = 0; i < study->line_n; i++) {
        const struct study_line *line = &study->lines[i];
        struct value *object = value_add_object(arena, lines);
        value_set_int(arena, object, "number", line->number);
        value_set_text(arena, object, "text", line->text);
        value_set_bool(arena, object, "is_cut", line->is_cut);
        value_set_bool(arena, object, "is_guilty", line->number == study->line_number);
        show_commit(page, object, &line->changed);
        bool is_same = i > 0 && text_equal(line->changed.commit, before);
        value_set_bool(arena, object, "_is_same", is_same);
        before = line->changed.commit;
    }
    value_set_bool(arena, source, "_has_lines", study->line_n > 0);
    show_text_or_null(arena, source, "lines_missing", study->lines_missing);
}

static void show_commits(const struct page *page, struct value *source, const struct study *study)
{
    struct arena *arena = page->arena;
    value_set_int(arena, source, "function_first", study->function.first);
    value_set_int(arena, source, "function_last", study->function.last);
    show_text_or_null(arena, source, "since", study->since);
    show_text_or_null(arena, source, "since_release", study->since_release);
    value_set_text(arena, source, "_since", text_until(study->since, SHORT_HASH));
    struct value *commits = value_set_list(arena, source, "commits");
    for (size_t i = 0; i < study->commit_n; i++)
        show_commit(page, value_add_object(arena, commits), &study->commits[i]);
    value_set_bool(arena, source, "_has_function", study->function.first > 0);
    value_set_bool(arena, source, "_has_commits", study->commit_n > 0);
    value_set_text(arena, source, "_counted",
                   show_counted(arena, (int64_t)study->commit_n, "commit"));
    value_set_bool(arena, source, "has_more", study->has_more);
    show_text_or_null(arena, source, "commits_missing", study->commits_missing);
}

static void show_study(const struct page *page, struct value *source, const struct study *study)
{
    struct arena *arena = page->arena;
    show_text_or_null(arena, source, "revision", study->revision);
    value_set_text(arena, source, "_revision", text_until(study->revision, SHORT_HASH));
    value_set_text(arena, source, "reason", study->reason);
    value_set_text(arena, source, "path", study->path);
    value_set_int(arena, source, "line_number", study->line_number);
    show_lines(page, source, study);
    show_commits(page, source, study);
}

bool source_show(const struct page *page, int64_t error_id, struct error *error)
{
    struct kept_study kept;
    struct study study;
    struct error damage = {0};
    if (!store_get_study(page->store, error_id, page->arena, &kept, error))
        return false;
    bool has_body = kept.body.len && study_read(kept.body, page->arena, &study, &damage);
    if (kept.body.len && !has_body)
        log_error("error %lld: %s", (long long)error_id, damage.message);
    if (!has_body && !kept.is_waiting) {
        value_set_null(page->arena, page->facts, "source");
        return true;
    }
    struct value *source = value_set_object(page->arena, page->facts, "source");
    value_set_bool(page->arena, source, "is_waiting", kept.is_waiting);
    value_set_bool(page->arena, source, "_is_there", has_body);
    if (has_body)
        show_study(page, source, &study);
    return true;
}
