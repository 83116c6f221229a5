// SPDX-License-Identifier: MIT
// Most lines' authors can be told, so everybody else is looked for step by step, and the steps that
// cost git processes come last.
#include "server/owner_finder.h"

#include "io/git_function.h"
#include "io/git_team.h"

enum { CANDIDATE_MAX = 1 + CODEOWNERS_OWNER_MAX + FUNCTION_AUTHOR_MAX };

struct search {
    const struct owner_question *question;
    struct team *team;
    struct arena *arena;
    struct owner_candidate candidates[CANDIDATE_MAX];
    size_t candidate_n;
};

static bool hold_team(struct search *search, struct error *error)
{
    const struct owner_question *question = search->question;
    return search->team ||
           repository_hold_team(question->repository, question->finding->tip,
                                question->settings->inactive_after_days, &search->team, error);
}

static void add(struct search *search, struct owner_candidate candidate)
{
    if (candidate.source != OWNER_IN_CODEOWNERS && search->team)
        candidate.has_no_commit = team_has_lost(search->team, candidate.email);
    search->candidates[search->candidate_n++] = candidate;
}

// ---- the steps ----

static bool add_author(struct search *search, struct error *error)
{
    const struct blame_finding *finding = search->question->finding;
    if (!finding->is_found)
        return true;
    if (search->question->settings->inactive_after_days && !hold_team(search, error))
        return false;
    add(search, (struct owner_candidate){.source = OWNER_WROTE_LINE,
                                         .name = finding->author_name,
                                         .email = finding->author_email});
    return true;
}

static bool add_codeowners(struct search *search, struct error *error)
{
    struct codeowners_answer found;
    struct text file;
    if (!hold_team(search, error))
        return false;
    team_find_codeowners(search->team, search->question->path, &found, &file);
    struct text place = arena_printf(search->arena, "%.*s, line %lld", TEXT_ARG(file),
                                     (long long)found.line_number);
    for (size_t i = 0; i < found.owner_n; i++)
        add(search, (struct owner_candidate){.source = OWNER_IN_CODEOWNERS,
                                             .email = arena_copy(search->arena, found.owners[i]),
                                             .place = place});
    return true;
}

static bool add_function_authors(struct search *search, struct error *error)
{
    const struct owner_question *question = search->question;
    struct function_author authors[FUNCTION_AUTHOR_MAX];
    size_t n;
    if (!question->finding->is_found)
        return true;
    if (!repository_function_authors(question->repository, question->finding, question->path,
                                     search->arena, authors, &n, error))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!text_equal_nocase(authors[i].email, question->finding->author_email))
            add(search, (struct owner_candidate){.source = OWNER_WROTE_FUNCTION,
                                                 .name = authors[i].name,
                                                 .email = authors[i].email});
    return true;
}

static bool (*const steps[])(struct search *, struct error *) = {add_author, add_codeowners,
                                                                 add_function_authors};

bool owner_find(const struct owner_question *question, struct arena *arena,
                struct ownership *ownership, struct error *error)
{
    const struct blame_finding *finding = question->finding;
    const struct ownership blamed = {.author_name = finding->author_name,
                                     .author_email = finding->author_email,
                                     .co_authors = finding->co_authors,
                                     .changed_at_ms = finding->changed_at_ms,
                                     .commit_subject = finding->commit_subject,
                                     .confidence =
                                         finding->is_found ? finding->confidence : CONFIDENCE_LOW,
                                     .reason = finding->reason};
    struct search search = {.question = question, .arena = arena};
    bool ok = true;
    ownership->state = OWNER_DEFAULT;
    for (size_t i = 0; ok && ownership->state == OWNER_DEFAULT && i < sizeof steps / sizeof *steps;
         i++) {
        ok = steps[i](&search, error);
        *ownership = blamed;
        owner_choose(question->settings, question->rules, question->path, search.candidates,
                     search.candidate_n, arena, ownership);
    }
    team_drop(search.team);
    return ok;
}
