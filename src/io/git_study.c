// SPDX-License-Identifier: MIT
// The revision is found as for the owner, by the same call; the lines around it are then blamed at
// that very revision, by it again, so that page and letter never disagree.
#include "io/git_study.h"

#include <string.h>

#include "io/git_fix.h"
#include "io/git_revision.h"
#include "io/git_touching.h"

enum { OBJECTS_TIMEOUT_MS = 60 * 1000 };

struct work {
    struct repository *repository;
    const struct git *git;
    struct objects objects;
    char tip[HASH_MAX];
    const struct study_query *query;
    struct study *study;
    struct arena *arena;
};

// ---- the lines ----

static bool find_revision(struct work *w, struct error *error)
{
    struct study *study = w->study;
    struct blame_finding found;
    if (!repository_blame(w->repository, &w->query->line, 1, w->arena, &found, error))
        return false;
    study->reason = found.reason;
    study->path = arena_copy(w->arena, w->query->line.path);
    study->line_number = found.line_number;
    study->revision = found.revision;
    if (!found.is_found)
        study->lines_missing = found.reason;
    return true;
}

// The file; content is valid until the next question to the objects.
static bool read_file(struct work *w, struct text *content, struct error *error)
{
    struct object object;
    struct text name =
        arena_printf(w->arena, "%.*s:%.*s", TEXT_ARG(w->study->revision), TEXT_ARG(w->study->path));
    if (!objects_get(&w->objects, name, &object, error))
        return false;
    *content = object.content;
    if (object.is_too_large)
        w->study->lines_missing = TEXT("the file is too large");
    else if (object.type != OBJECT_BLOB)
        w->study->lines_missing = TEXT("it is no file at that revision");
    return true;
}

static bool blame_lines(struct work *w, struct error *error)
{
    struct study *study = w->study;
    struct blame_query *queries = arena_array(w->arena, struct blame_query, study->line_n);
    struct blame_finding *found = arena_array(w->arena, struct blame_finding, study->line_n);
    for (size_t i = 0; i < study->line_n; i++)
        queries[i] = (struct blame_query){.release = study->revision,
                                          .path = study->path,
                                          .evidence = {.line_number = study->lines[i].number}};
    if (!repository_blame(w->repository, queries, study->line_n, w->arena, found, error))
        return false;
    for (size_t i = 0; i < study->line_n; i++) {
        if (!found[i].changed_at_ms) // not known, or older than a shallow clone
            continue;
        study->lines[i].changed = (struct study_commit){
            .commit = found[i].line.commit,
            .author_name = text_clip(found[i].author_name, STUDY_WORDS_MAX),
            .author_email = text_clip(found[i].author_email, STUDY_WORDS_MAX),
            .subject = text_clip(found[i].commit_subject, STUDY_WORDS_MAX),
            .at_ms = found[i].changed_at_ms,
        };
    }
    return true;
}

// ---- the commits ----

// Whether a commit contains another one (and is not the same).
static bool contains(struct work *w, const char *commit, const char *other, bool *does,
                     struct error *error)
{
    enum fix_age age;
    bool ok = git_fix_age(w->git, &w->objects, commit, text_of(other), &age, error);
    *does = ok && age == FIX_CONTAINED && strcmp(commit, other) != 0;
    return ok;
}

static bool find_since(struct work *w, struct error *error)
{
    char best[HASH_MAX] = "", commit[HASH_MAX];
    const char *revision = arena_string(w->arena, w->study->revision);
    for (size_t i = 0; i < w->query->earlier_n; i++) {
        struct text release = w->query->earlier[i];
        bool is_before, is_newer = true;
        if (!revision_of_release(&w->objects, release, commit, error))
            return false;
        if (!commit[0])
            continue;
        if (!contains(w, revision, commit, &is_before, error) ||
            (best[0] && !contains(w, commit, best, &is_newer, error)))
            return false;
        if (!is_before || !is_newer)
            continue;
        memcpy(best, commit, sizeof best);
        w->study->since_release = arena_copy(w->arena, text_clip(release, STUDY_WORDS_MAX));
    }
    w->study->since = arena_copy(w->arena, text_of(best));
    return true;
}

static bool list_commits(struct work *w, struct error *error)
{
    struct study *study = w->study;
    if (!study->function.first)
        return true;
    if (!find_since(w, error))
        return false;
    const struct touching_request request = {
        .tip = w->tip,
        .revision = arena_string(w->arena, study->revision),
        .since = study->since,
        .path = study->path,
        .lines = study->function,
    };
    return git_list_touching(w->git, &request, w->arena, study, error);
}

// ---- the face ----

static bool look_around(struct work *w, struct error *error)
{
    struct study *study = w->study;
    struct text content;
    if (!objects_open(w->git, OBJECTS_TIMEOUT_MS, &w->objects, error) ||
        !repository_tip(w->repository, w->tip, error) || !read_file(w, &content, error))
        return false;
    if (study->lines_missing.len || !study_take_lines(study, content, w->arena))
        return true;
    study->function = enclosing_function(content, study->path, study->line_number);
    return blame_lines(w, error) && list_commits(w, error);
}

bool git_study(struct repository *repository, const struct study_query *query, struct arena *arena,
               struct study *study, struct error *error)
{
    struct work w = {.repository = repository,
                     .git = repository_git(repository),
                     .query = query,
                     .study = study,
                     .arena = arena};
    *study = (struct study){0};
    bool ok = find_revision(&w, error) && (study->lines_missing.len || look_around(&w, error));
    objects_close(&w.objects);
    return ok;
}
