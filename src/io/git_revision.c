// SPDX-License-Identifier: MIT
// Every version of the file that is looked at is held against all queries that wait, newest version
// first, so a file that twenty lines of a report lie in is read once. What a query waits for is a
// version that has its text at its line.
#include "io/git_revision.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "io/git_release.h"

enum { CUT_TEXT_MIN = 100, SNIPPED_TEXT_MIN = 20, HASH_SHOWN = 12 };

bool revision_of_release(struct objects *objects, struct text release, char commit[HASH_MAX],
                         struct error *error)
{
    struct arena scratch = {0};
    struct text names[RELEASE_NAME_MAX];
    size_t name_n = release_names(release, &scratch, names);
    bool ok = true;
    commit[0] = '\0';
    for (size_t i = 0; ok && i < name_n && !commit[0]; i++) {
        struct object object;
        ok = objects_get(objects, names[i], &object, error);
        if (ok && object.type == OBJECT_COMMIT)
            memcpy(commit, object.hash, HASH_MAX);
    }
    arena_release(&scratch);
    return ok;
}

// ---- text against text ----

// Whether a line of the file is what the report says it is. Indentation is often gone from a
// report, and long lines are cut: at their end, or around the place of the error with "{snip}" for
// what is missing.
static bool agrees(struct text sent, struct text line)
{
    line = text_trim(line);
    if (text_equal(sent, line))
        return true;
    if (sent.len >= CUT_TEXT_MIN && text_starts(line, sent))
        return true;
    struct text core = sent;
    if (text_starts(core, TEXT("{snip}")))
        core = text_trim(text_from(core, 6));
    if (text_ends(core, TEXT("{snip}")))
        core = text_trim(text_until(core, core.len - 6));
    if (core.len != sent.len && core.len >= SNIPPED_TEXT_MIN && text_contains(line, core))
        return true;
    if (sent.len < 3 || !text_contains(sent, TEXT("\xef\xbf\xbd")) || utf8_is_valid(line))
        return false;
    struct arena scratch = {0}; // what the report sent was mended on its way
    bool same = text_equal(sent, text_trim(utf8_mended(&scratch, line)));
    arena_release(&scratch);
    return same;
}

// Line number (from 1) of content; false when it has fewer lines.
static bool line_at(struct text content, int64_t number, struct text *line)
{
    while (text_cut(&content, '\n', line))
        if (--number == 0)
            return true;
    return false;
}

// The line with the text that is nearest to number; 0 when no line has it.
static int64_t nearest_line(struct text content, struct text sent, int64_t number)
{
    int64_t nearest = 0, at = 0;
    struct text line;
    while (text_cut(&content, '\n', &line)) {
        at++;
        int64_t distance = at > number ? at - number : number - at;
        int64_t best = nearest > number ? nearest - number : number - nearest;
        if ((nearest == 0 || distance < best) && agrees(sent, line))
            nearest = at;
    }
    return nearest;
}

// Whether the text stands at another line, too: then that it stands at this one may be chance.
static bool is_repeated(struct text content, struct text sent)
{
    int64_t times = 0;
    struct text line;
    while (times < 2 && text_cut(&content, '\n', &line))
        times += agrees(sent, line);
    return times > 1;
}

// ---- the search ----

struct search {
    const struct revision_facts *facts;
    const struct blame_query *queries;
    struct revision_choice *choices;
    bool *is_settled;
    size_t query_n, waiting_n;
    struct arena *arena;        // for reasons
    struct arena scratch;       // for everything else
    bool was_stopped;           // by its deadline
    char base_commit[HASH_MAX]; // where to look when no version fits: of the release, else the
                                // newest
    struct text base_content;
};

static void settle(struct search *s, size_t i, const char *commit, int64_t line_number,
                   enum confidence confidence, struct text reason)
{
    struct revision_choice *choice = &s->choices[i];
    snprintf(choice->commit, sizeof choice->commit, "%s", commit);
    choice->line_number = line_number;
    choice->confidence = confidence;
    choice->reason = reason;
    s->is_settled[i] = true;
    s->waiting_n--;
}

static struct text text_sent(const struct blame_query *query)
{
    return text_trim(query->text);
}

static bool fits(const struct blame_query *query, struct text content)
{
    struct text line, sent = text_sent(query);
    return line_at(content, query->line_number, &line) && (sent.len == 0 || agrees(sent, line));
}

// The file at a commit; content is empty and *is_there false when there is none that can be looked
// at.
static bool get_version(struct search *s, const char *commit, bool *is_there, struct text *content,
                        struct error *error)
{
    struct object object;
    struct arena scratch = {0};
    struct text name = arena_printf(&scratch, "%s:%.*s", commit, TEXT_ARG(s->facts->path));
    bool ok = objects_get(s->facts->objects, name, &object, error);
    arena_release(&scratch);
    *is_there = ok && object.type == OBJECT_BLOB && !object.is_too_large;
    *content = *is_there ? object.content : (struct text){0};
    if (*is_there && !s->base_commit[0]) {
        snprintf(s->base_commit, sizeof s->base_commit, "%s", commit);
        s->base_content = arena_copy(&s->scratch, *content);
    }
    return ok;
}

static struct text release_shown(struct search *s)
{
    return text_clip(text_trim(s->facts->release), 80);
}

static bool try_release(struct search *s, struct error *error)
{
    const char *commit = s->facts->release_commit;
    bool is_there;
    struct text content;
    if (!commit[0])
        return true;
    if (!get_version(s, commit, &is_there, &content, error))
        return false;
    for (size_t i = 0; i < s->query_n && is_there; i++) {
        if (s->is_settled[i] || !fits(&s->queries[i], content))
            continue;
        bool has_text = text_sent(&s->queries[i]).len > 0;
        settle(s, i, commit, s->queries[i].line_number, CONFIDENCE_HIGH,
               arena_printf(s->arena, "release %.*s is commit %.*s%s", TEXT_ARG(release_shown(s)),
                            HASH_SHOWN, commit,
                            has_text ? ", and the line is the same there"
                                     : "; the report has no text of the line to compare"));
    }
    return true;
}

// What has to be said about the release before telling what was taken instead.
static const char *why_not_release(struct search *s)
{
    if (s->facts->release_commit[0])
        return "the line is another at the report's release, ";
    return s->facts->release.len ? "git does not know the report's release, "
                                 : "the report names no release, ";
}

static void settle_inferred(struct search *s, size_t i, const char *commit, struct text content)
{
    const struct blame_query *query = &s->queries[i];
    struct text sent = text_sent(query);
    bool is_tip = strcmp(commit, s->facts->tip) == 0;
    if (sent.len > 0 && !is_tip && is_repeated(content, sent))
        settle(s, i, commit, query->line_number, CONFIDENCE_LOW,
               arena_printf(s->arena,
                            "%sso the newest commit with this text at this line was taken: %.*s; "
                            "other lines there have the same text, so it may be chance",
                            why_not_release(s), HASH_SHOWN, commit));
    else if (sent.len > 0)
        settle(s, i, commit, query->line_number, CONFIDENCE_MEDIUM,
               arena_printf(s->arena,
                            "%sso the newest commit with this text at this line was taken: %.*s",
                            why_not_release(s), HASH_SHOWN, commit));
    else
        settle(s, i, commit, query->line_number, CONFIDENCE_LOW,
               arena_printf(s->arena,
                            "%sand has no text of the line, so the newest commit was taken: %.*s",
                            why_not_release(s), HASH_SHOWN, commit));
}

static bool try_commit(struct search *s, const char *commit, struct error *error)
{
    bool is_there;
    struct text content;
    if (!get_version(s, commit, &is_there, &content, error))
        return false;
    for (size_t i = 0; i < s->query_n && is_there; i++)
        if (!s->is_settled[i] && fits(&s->queries[i], content))
            settle_inferred(s, i, commit, content);
    return true;
}

static bool is_over(struct search *s, int64_t deadline_mono_ms)
{
    if (clock_mono_ms(&clock_system) < deadline_mono_ms)
        return false;
    return s->was_stopped = true;
}

// Tries the commits whose hashes stand in whole lines of *lines, and drops those lines.
static bool try_lines(struct search *s, struct buffer *lines, int64_t deadline_mono_ms,
                      struct error *error)
{
    struct text rest = buffer_text(lines), line;
    size_t used = 0;
    while (s->waiting_n && text_find(rest, '\n') < rest.len && text_cut(&rest, '\n', &line)) {
        char commit[HASH_MAX];
        snprintf(commit, sizeof commit, "%.*s", TEXT_ARG(text_until(line, HASH_MAX - 1)));
        used += line.len + 1;
        if (is_over(s, deadline_mono_ms))
            break;
        if (!try_commit(s, commit, error))
            return false;
    }
    memmove(lines->at, lines->at + used, lines->len - used);
    lines->len -= used;
    return true;
}

static bool start_log(struct search *s, struct child *child, struct error *error)
{
    char count[32];
    snprintf(count, sizeof count, "--max-count=%d", SEARCH_COMMIT_MAX);
    const char *path = arena_string(&s->scratch, s->facts->path);
    const char *const arguments[] = {"log",          "--format=%H",
                                     "--no-renames", "--no-ext-diff",
                                     count,          "--end-of-options",
                                     s->facts->tip,  "--",
                                     path,           NULL};
    return git_start(s->facts->git, "git log", arguments, SEARCH_TIMEOUT_MS, child, error);
}

// Newest first through the commits that touched the path, as git finds them.
static bool try_history(struct search *s, struct error *error)
{
    struct child child;
    struct buffer lines = {.max = 1024 * 1024};
    int64_t deadline = clock_mono_ms(&clock_system) + SEARCH_TIMEOUT_MS;
    bool is_end = false, ok = start_log(s, &child, error);
    while (ok && !is_end && s->waiting_n && !s->was_stopped) {
        ok = child_read(&child, &lines, &is_end, error);
        if (!ok && is_over(s, deadline))
            ok = true;
        else if (ok && lines.len)
            ok = try_lines(s, &lines, deadline, error);
    }
    if (ok && is_end)
        ok = child_finish(&child, NULL, error);
    child_kill(&child);
    buffer_release(&lines);
    return ok;
}

// What is left: no version fits.
static void settle_by_guess(struct search *s, size_t i)
{
    const struct blame_query *query = &s->queries[i];
    const char *stopped = s->was_stopped ? " (the search took too long)" : "";
    struct text sent = text_sent(query), line;
    if (!s->base_commit[0]) {
        settle(s, i, "", 0, CONFIDENCE_NONE,
               arena_printf(s->arena, "%sand the path is in no commit that was looked at%s",
                            why_not_release(s), stopped));
        return;
    }
    int64_t nearest =
        sent.len ? nearest_line(s->base_content, sent, query->line_number) : query->line_number;
    bool has_line = line_at(s->base_content, query->line_number, &line);
    if (nearest > 0 && sent.len)
        settle(
            s, i, s->base_commit, nearest, CONFIDENCE_LOW,
            arena_printf(s->arena,
                         "%sand no commit has this text at this line%s; the nearest line with this "
                         "text at commit %.*s was taken",
                         why_not_release(s), stopped, HASH_SHOWN, s->base_commit));
    else if (has_line)
        settle(
            s, i, s->base_commit, query->line_number, CONFIDENCE_LOW,
            arena_printf(s->arena,
                         "%sand no commit has this text at this line%s; the line with this number "
                         "at commit %.*s was taken",
                         why_not_release(s), stopped, HASH_SHOWN, s->base_commit));
    else
        settle(s, i, "", 0, CONFIDENCE_NONE,
               arena_printf(s->arena, "%sand no commit that was looked at has such a line%s",
                            why_not_release(s), stopped));
}

static void refuse_odd_lines(struct search *s)
{
    for (size_t i = 0; i < s->query_n; i++)
        if (s->queries[i].line_number < 1 || s->queries[i].line_number > INT32_MAX)
            settle(s, i, "", 0, CONFIDENCE_NONE, TEXT("the report has no usable line number"));
}

bool revision_choose(const struct revision_facts *facts, const struct blame_query *queries,
                     size_t query_n, struct arena *arena, struct revision_choice *choices,
                     struct error *error)
{
    struct search s = {.facts = facts,
                       .queries = queries,
                       .choices = choices,
                       .query_n = query_n,
                       .waiting_n = query_n,
                       .arena = arena};
    s.is_settled = arena_array(&s.scratch, bool, query_n);
    refuse_odd_lines(&s);
    bool ok = s.waiting_n == 0 || try_release(&s, error);
    if (ok && s.waiting_n && strcmp(facts->tip, facts->release_commit) != 0)
        ok = try_commit(&s, facts->tip, error);
    if (ok && s.waiting_n)
        ok = try_history(&s, error);
    for (size_t i = 0; ok && i < query_n; i++)
        if (!s.is_settled[i])
            settle_by_guess(&s, i);
    arena_release(&s.scratch);
    return ok;
}
