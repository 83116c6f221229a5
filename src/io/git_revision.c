// SPDX-License-Identifier: MIT
// Every version of the file that is looked at is held against all queries that wait, newest version
// first, so a file that twenty lines of a report lie in is read once. What a query waits for is a
// version that has its text at its line, and its neighbours around it. A version that has the text
// there among other neighbours is remembered, and taken when no better one turns up.
#include "io/git_revision.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "io/git_release.h"

enum { HASH_SHOWN = 12 };

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

// ---- the search ----

// The best version for a query so far in which not all neighbours fit.
struct candidate {
    char commit[HASH_MAX]; // empty: none
    struct fit fit;
    bool is_release, is_repeated;
};

struct search {
    const struct revision_facts *facts;
    const struct blame_query *queries;
    struct revision_choice *choices;
    bool *is_settled;
    struct candidate *candidates;
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

static bool has_text(const struct blame_query *query)
{
    return text_trim(query->evidence.text).len > 0;
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

// What was held against a version: "the line is the same there, and 9 of 10 lines around it".
static struct text shown_fit(struct search *s, struct fit fit)
{
    if (fit.neighbour_n == 0)
        return TEXT("the line is the same there");
    if (fit_is_whole(fit))
        return TEXT("the line and those around it are the same there");
    return arena_printf(s->arena, "the line is the same there, and %zu of %zu lines around it",
                        fit.fitting_n, fit.neighbour_n);
}

static void settle_at_release(struct search *s, size_t i, struct fit fit,
                              enum confidence confidence)
{
    const struct blame_query *query = &s->queries[i];
    const char *commit = s->facts->release_commit;
    struct text why = has_text(query) || fit.neighbour_n
                          ? arena_printf(s->arena, ", and %.*s", TEXT_ARG(shown_fit(s, fit)))
                          : TEXT("; the report has no text of the line to compare");
    settle(s, i, commit, query->evidence.line_number, confidence,
           arena_printf(s->arena, "release %.*s is commit %.*s%.*s", TEXT_ARG(release_shown(s)),
                        HASH_SHOWN, commit, TEXT_ARG(why)));
}

static void remember(struct search *s, size_t i, const char *commit, struct fit fit,
                     struct text content)
{
    struct candidate *candidate = &s->candidates[i];
    if (candidate->commit[0] && fit.fitting_n <= candidate->fit.fitting_n)
        return;
    snprintf(candidate->commit, sizeof candidate->commit, "%s", commit);
    candidate->fit = fit;
    candidate->is_release = strcmp(commit, s->facts->release_commit) == 0;
    candidate->is_repeated =
        has_text(&s->queries[i]) && evidence_is_repeated(&s->queries[i].evidence, content);
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
        if (s->is_settled[i])
            continue;
        struct fit fit = evidence_fit(&s->queries[i].evidence, content);
        if (fit.has_line && fit_is_likely(fit))
            settle_at_release(s, i, fit, CONFIDENCE_HIGH);
        else if (fit.has_line)
            remember(s, i, commit, fit, content);
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

// The version fits, or nearly so and no other does better.
static void settle_inferred(struct search *s, size_t i, const char *commit, struct fit fit,
                            bool is_repeated)
{
    const struct blame_query *query = &s->queries[i];
    bool is_chance = is_repeated && !fit_is_whole(fit) && strcmp(commit, s->facts->tip) != 0;
    bool is_sure = has_text(query) && !is_chance && fit_is_likely(fit);
    const char *what = !has_text(query) ? "and it has no text of the line, so the newest commit"
                       : fit_is_whole(fit)
                           ? "so the newest commit with this text at this line, and the same lines "
                             "around it,"
                       : fit.neighbour_n ? "so the newest commit with this text at this line, and "
                                           "most of the lines around it,"
                                         : "so the newest commit with this text at this line";
    const char *doubt =
        is_chance ? "; other lines there have the same text, so it may be chance" : "";
    settle(s, i, commit, query->evidence.line_number, is_sure ? CONFIDENCE_MEDIUM : CONFIDENCE_LOW,
           arena_printf(s->arena, "%s%s was taken: %.*s%s", why_not_release(s), what, HASH_SHOWN,
                        commit, doubt));
}

static bool try_commit(struct search *s, const char *commit, struct error *error)
{
    bool is_there;
    struct text content;
    if (!get_version(s, commit, &is_there, &content, error))
        return false;
    for (size_t i = 0; i < s->query_n && is_there; i++) {
        const struct evidence *evidence = &s->queries[i].evidence;
        if (s->is_settled[i])
            continue;
        struct fit fit = evidence_fit(evidence, content);
        if (fit.has_line && fit.fitting_n == fit.neighbour_n)
            settle_inferred(s, i, commit, fit,
                            has_text(&s->queries[i]) && evidence_is_repeated(evidence, content));
        else if (fit.has_line)
            remember(s, i, commit, fit, content);
    }
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

// No version has all of it; one has the line.
static void settle_candidate(struct search *s, size_t i)
{
    const struct candidate *candidate = &s->candidates[i];
    if (candidate->is_release)
        settle_at_release(s, i, candidate->fit, CONFIDENCE_LOW);
    else
        settle_inferred(s, i, candidate->commit, candidate->fit, candidate->is_repeated);
}

// No version has the line where the report says it is.
static void settle_by_guess(struct search *s, size_t i)
{
    const struct blame_query *query = &s->queries[i];
    const struct evidence *evidence = &query->evidence;
    const char *stopped = s->was_stopped ? " (the search took too long)" : "";
    if (!s->base_commit[0]) {
        settle(s, i, "", 0, CONFIDENCE_NONE,
               arena_printf(s->arena, "%sand the path is in no commit that was looked at%s",
                            why_not_release(s), stopped));
        return;
    }
    struct evidence number_alone = {.line_number = evidence->line_number};
    int64_t nearest = has_text(query) ? evidence_find_line(evidence, s->base_content) : 0;
    bool has_line = evidence_fit(&number_alone, s->base_content).has_line;
    if (nearest > 0)
        settle(
            s, i, s->base_commit, nearest, CONFIDENCE_LOW,
            arena_printf(s->arena,
                         "%sand no commit has this text at this line%s; the nearest line with this "
                         "text at commit %.*s was taken",
                         why_not_release(s), stopped, HASH_SHOWN, s->base_commit));
    else if (has_line)
        settle(
            s, i, s->base_commit, evidence->line_number, CONFIDENCE_LOW,
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
        if (s->queries[i].evidence.line_number < 1 ||
            s->queries[i].evidence.line_number > INT32_MAX)
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
    s.candidates = arena_array(&s.scratch, struct candidate, query_n);
    refuse_odd_lines(&s);
    bool ok = s.waiting_n == 0 || try_release(&s, error);
    if (ok && s.waiting_n && strcmp(facts->tip, facts->release_commit) != 0)
        ok = try_commit(&s, facts->tip, error);
    if (ok && s.waiting_n)
        ok = try_history(&s, error);
    for (size_t i = 0; ok && i < query_n; i++)
        if (!s.is_settled[i])
            (s.candidates[i].commit[0] ? settle_candidate : settle_by_guess)(&s, i);
    arena_release(&s.scratch);
    return ok;
}
