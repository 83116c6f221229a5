// SPDX-License-Identifier: MIT
// A struct repository never changes once it is open, but for the team it remembers and the
// processes that read objects, so threads share it without locks; what git knows is asked anew each
// time, because the repository may change at any moment. One question costs one process when the
// release names a commit or the line is still the same at the tip: the blame itself. The one that
// reads objects lives on.
#include "io/repository.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "core/coauthors.h"
#include "core/pattern.h"
#include "io/git_blame_steps.h"
#include "io/git_branch.h"
#include "io/git_fix.h"
#include "io/git_fixes.h"
#include "io/git_function.h"
#include "io/git_graph.h"
#include "io/git_objects_pool.h"
#include "io/git_raise.h"
#include "io/git_release.h"
#include "io/git_revision.h"
#include "io/git_team.h"

enum {
    SMALL_TIMEOUT_MS = 20 * 1000,
    OBJECTS_TIMEOUT_MS = 60 * 1000, // lives as long as the search through history
    TREE_TIMEOUT_MS = 2 * 60 * 1000,
    HISTORY_TIMEOUT_MS = 15 * 60 * 1000,
    IGNORE_FILE_MAX = 1024 * 1024,
    PATHS_BYTES_MAX = 256 * 1024 * 1024,
    GIT_MINOR_MIN = 31, // of git 2: the first that takes settings from its environment
};

struct repository {
    struct arena arena;
    struct git git;
    const char *dir;          // as the operator calls it
    const char *work_tree;    // NULL when it is bare
    const char *ignore_file;  // in the repository, or absolute
    const char *shallow_file; // there while the history is cut off
    const char *objects_dir;
    struct pattern *branches; // NULL: HEAD is in production
    struct text branch_pattern;
    struct team_cache team;
    struct objects_pool objects_pool;
};

// ---- open ----

static bool look_at_dir(const char *dir, struct error *error)
{
    struct stat status;
    if (stat(dir, &status) != 0)
        return error_set(error, ERROR_CONFIG, "repo_dir \"%s\" cannot be looked at: %s", dir,
                         strerror(errno));
    if (!S_ISDIR(status.st_mode))
        return error_set(error, ERROR_CONFIG, "repo_dir \"%s\" is not a directory", dir);
    if (access(dir, R_OK | X_OK) != 0)
        return error_set(error, ERROR_CONFIG,
                         "repo_dir \"%s\" cannot be read by the user Flawless runs as: %s", dir,
                         strerror(errno));
    return true;
}

static bool look_at_ignore_file(const char *path, struct error *error)
{
    const char *why_not;
    if (path[0] == '/' || git_path_is_sane(text_of(path), &why_not))
        return true;
    return error_set(error, ERROR_CONFIG,
                     "blame_ignore_revs_file \"%s\" is neither an absolute path nor one in the "
                     "repository: %s",
                     path, why_not);
}

static bool look_at_git(const struct git *git, struct error *error)
{
    static const char *const arguments[] = {"version", NULL};
    struct buffer output = {.max = 4096};
    int major = 0, minor = 0;
    bool ok =
        git_run(git, "git version", arguments, (struct text){0}, SMALL_TIMEOUT_MS, &output, error);
    if (!ok)
        error_prefix(error, "git cannot be run; is it installed, and is git_cli_path right?");
    else if (sscanf(output.at ? output.at : "", "git version %d.%d", &major, &minor) != 2)
        ok = error_set(error, ERROR_CONFIG, "git_cli_path \"%s\" does not seem to be git",
                       git->program);
    else if (major < 2 || (major == 2 && minor < GIT_MINOR_MIN))
        ok = error_set(error, ERROR_CONFIG, "git %d.%d is too old: 2.%d or newer is needed", major,
                       minor, GIT_MINOR_MIN);
    if (!ok && error)
        error->kind = ERROR_CONFIG;
    buffer_release(&output);
    return ok;
}

// What rev-parse says, one answer a line, each in the arena.
static bool rev_parse(const struct git *git, const char *const *arguments, struct arena *arena,
                      const char **answers, size_t answer_n, struct error *error)
{
    struct buffer output = {.max = 64 * 1024};
    bool ok = git_run(git, "git rev-parse", arguments, (struct text){0}, SMALL_TIMEOUT_MS, &output,
                      error);
    struct text rest = buffer_text(&output), line;
    for (size_t i = 0; ok && i < answer_n; i++) {
        if (text_cut(&rest, '\n', &line))
            answers[i] = arena_string(arena, line);
        else
            ok = error_set(error, ERROR_SYSTEM, "git rev-parse gave no answer");
    }
    buffer_release(&output);
    return ok;
}

// Finds the git directory, which makes everything after this independent of where git would look.
static bool find_git_dir(struct repository *r, const char *program, struct error *error)
{
    static const char *const what[] = {"rev-parse",
                                       "--absolute-git-dir",
                                       "--is-inside-work-tree",
                                       "--path-format=absolute",
                                       "--git-path",
                                       "shallow",
                                       "--git-path",
                                       "objects",
                                       NULL};
    static const char *const where[] = {"rev-parse", "--show-toplevel", NULL};
    char *real = realpath(r->dir, NULL);
    struct git git = git_make(&r->arena, program, real ? real : r->dir, false, r->dir);
    const char *answers[4], *top = NULL;
    free(real);
    if (!look_at_git(&git, error))
        return false;
    if (!rev_parse(&git, what, &r->arena, answers, 4, error)) {
        error_prefix(error, "repo_dir \"%s\" is no git repository that can be used", r->dir);
        if (error)
            error->kind = ERROR_CONFIG;
        return false;
    }
    if (strcmp(answers[1], "true") == 0 && rev_parse(&git, where, &r->arena, &top, 1, error))
        r->work_tree = top;
    r->shallow_file = answers[2];
    r->objects_dir = answers[3];
    r->git = git_make(&r->arena, program, answers[0], true, top ? top : answers[0]);
    return true;
}

bool repository_open(const struct repository_settings *settings, struct repository **repository,
                     struct error *error)
{
    struct repository *r = must_alloc(sizeof *r);
    const char *program = settings->git_path && *settings->git_path ? settings->git_path : "git";
    char tip[HASH_MAX];
    const char *ignore_file = settings->ignore_revs_file;
    *repository = NULL;
    team_cache_init(&r->team);
    r->ignore_file = arena_string(
        &r->arena, text_of(ignore_file && *ignore_file ? ignore_file : ".git-blame-ignore-revs"));
    objects_pool_init(&r->objects_pool, &r->git);
    r->dir = arena_string(&r->arena, text_of(settings->dir));
    r->branch_pattern = arena_copy(&r->arena, text_of(settings->branch_pattern));
    bool ok = look_at_dir(r->dir, error) && look_at_ignore_file(r->ignore_file, error);
    if (ok && r->branch_pattern.len && !pattern_new(r->branch_pattern, &r->branches, error))
        ok = error_prefix(error, "repo_branch_pattern");
    if (ok && find_git_dir(r, program, error) && repository_tip(r, tip, error)) {
        *repository = r;
        return true;
    }
    if (error)
        error->kind = ERROR_CONFIG;
    repository_close(r);
    return false;
}

void repository_close(struct repository *repository)
{
    if (!repository)
        return;
    objects_pool_release(&repository->objects_pool);
    pattern_free(repository->branches);
    team_cache_release(&repository->team);
    arena_release(&repository->arena);
    free(repository);
}

bool repository_lacks_graph(const struct repository *repository, const char *tip)
{
    char skip[32]; // all but the last of a history that is just long enough
    snprintf(skip, sizeof skip, "--skip=%d", LONG_HISTORY - 1);
    const char *const arguments[] = {"rev-list", skip, "--max-count=1", tip, "--", NULL};
    struct buffer output = {.max = 4096};
    struct error error;
    bool is_long = !git_graph_has_paths(repository->objects_dir) &&
                   git_run(&repository->git, "git rev-list", arguments, (struct text){0},
                           SMALL_TIMEOUT_MS, &output, &error) &&
                   output.len > 0;
    buffer_release(&output);
    return is_long;
}

bool repository_tip(struct repository *repository, char *tip, struct error *error)
{
    static const char *const arguments[] = {"rev-parse",        "--verify",      "--quiet",
                                            "--end-of-options", "HEAD^{commit}", NULL};
    if (repository->branches)
        return branch_tip(&repository->git, repository->branches, repository->branch_pattern, tip,
                          error);
    struct arena scratch = {0};
    const char *hash = NULL;
    bool ok = rev_parse(&repository->git, arguments, &scratch, &hash, 1, error);
    if (!ok)
        error_prefix(error, "the repository in \"%s\" has no commit at HEAD yet", repository->dir);
    else
        snprintf(tip, HASH_MAX, "%s", hash);
    arena_release(&scratch);
    return ok;
}

const struct git *repository_git(const struct repository *repository)
{
    return &repository->git;
}

// ---- paths ----

static void add_path(struct paths *paths, struct text path)
{
    struct arena scratch = {0};
    if (utf8_is_valid(path))
        paths_add(paths, path);
    else
        paths_add(paths, utf8_mended(&scratch, path));
    arena_release(&scratch);
}

// Adds the paths that end with a NUL in *bytes, and drops them from it.
static void add_complete_paths(struct paths *paths, struct buffer *bytes)
{
    struct text rest = buffer_text(bytes), path;
    size_t used = 0;
    while (text_find(rest, '\0') < rest.len && text_cut(&rest, '\0', &path)) {
        used += path.len + 1;
        add_path(paths, path);
    }
    memmove(bytes->at, bytes->at + used, bytes->len - used);
    bytes->len -= used;
}

// Reads the paths that git lists while it lists them, so that a long history needs no memory for
// its listing.
static bool stream_paths(struct repository *r, const char *name, const char *const *arguments,
                         int64_t timeout_ms, struct paths *paths, struct error *error)
{
    struct child child;
    struct buffer bytes = {.max = 4 * 1024 * 1024};
    size_t total = 0;
    bool is_end = false, ok = git_start(&r->git, name, arguments, timeout_ms, &child, error);
    while (ok && !is_end) {
        size_t before = bytes.len;
        ok = child_read(&child, &bytes, &is_end, error);
        total += ok ? bytes.len - before : 0;
        if (ok && total > PATHS_BYTES_MAX)
            ok = error_set(error, ERROR_TOO_LARGE, "%s lists more than %d MB of paths", name,
                           PATHS_BYTES_MAX / 1024 / 1024);
        if (ok && bytes.len)
            add_complete_paths(paths, &bytes);
    }
    if (ok)
        ok = child_finish(&child, NULL, error);
    child_kill(&child);
    buffer_release(&bytes);
    return ok;
}

bool repository_add_paths(struct repository *repository, bool whole_history, struct paths *paths,
                          struct error *error)
{
    char tip[HASH_MAX];
    if (!repository_tip(repository, tip, error))
        return false;
    const char *const tree[] = {"ls-tree", "-r", "-z", "--name-only", "--full-tree", tip, NULL};
    // a path that was ever there was added once
    const char *const history[] = {"log",
                                   "-z",
                                   "--format=",
                                   "--name-only",
                                   "--diff-filter=A",
                                   "--no-renames",
                                   "--no-ext-diff",
                                   "--end-of-options",
                                   tip,
                                   "--",
                                   NULL};
    return stream_paths(repository, "git ls-tree", tree, TREE_TIMEOUT_MS, paths, error) &&
           (!whole_history ||
            stream_paths(repository, "git log", history, HISTORY_TIMEOUT_MS, paths, error));
}

bool repository_add_raise_lines(struct repository *repository, const char *commit,
                                struct raise_lines *lines, struct error *error)
{
    return git_find_raise_lines(&repository->git, commit, lines, error);
}

// ---- blame ----

// One call of repository_blame.
struct question {
    struct repository *repository;
    struct objects objects;
    char tip[HASH_MAX], release_commit[HASH_MAX];
    const struct blame_query *queries;
    size_t query_n;
    struct revision_choice *choices;
    struct blame_finding *findings;
    struct arena *arena;
    struct arena scratch;
};

static bool find_tip(struct question *q, struct error *error)
{
    struct object object;
    if (q->repository->branches)
        return repository_tip(q->repository, q->tip, error);
    if (!objects_get(&q->objects, TEXT("HEAD^{commit}"), &object, error))
        return false;
    if (object.type != OBJECT_COMMIT)
        return error_set(error, ERROR_SYSTEM, "the repository in \"%s\" has no commit at HEAD",
                         q->repository->dir);
    memcpy(q->tip, object.hash, HASH_MAX);
    return true;
}

static bool choose(struct question *q, struct error *error)
{
    const struct revision_facts facts = {.git = &q->repository->git,
                                         .objects = &q->objects,
                                         .tip = q->tip,
                                         .release_commit = q->release_commit,
                                         .release = q->queries[0].release,
                                         .path = q->queries[0].path};
    q->choices = arena_array(&q->scratch, struct revision_choice, q->query_n);
    return find_tip(q, error) &&
           revision_of_release(&q->objects, facts.release, q->release_commit, error) &&
           revision_choose(&facts, q->queries, q->query_n, q->arena, q->choices, error);
}

// The file here: of the work tree, where the team may have written it down and not committed it
// yet, or with an absolute path.
static bool find_ignore_file(const struct repository *r, char path[PATH_BYTES_MAX])
{
    bool is_absolute = r->ignore_file[0] == '/';
    if (!is_absolute && !r->work_tree)
        return false;
    int len = snprintf(path, PATH_BYTES_MAX, "%s%s%s", is_absolute ? "" : r->work_tree,
                       is_absolute ? "" : "/", r->ignore_file);
    return len < PATH_BYTES_MAX;
}

static void add_ignored_of_file(const struct repository *r, const char *tip, struct buffer *ignored)
{
    char path[PATH_BYTES_MAX];
    struct stat status;
    struct buffer content = {.max = IGNORE_FILE_MAX};
    if (!find_ignore_file(r, path))
        return;
    // what lies in a work tree must not lead out of it
    int link = r->ignore_file[0] == '/' ? 0 : O_NOFOLLOW;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | link);
    if (file < 0)
        return;
    char *room = buffer_reserve(&content, IGNORE_FILE_MAX);
    ssize_t len = fstat(file, &status) == 0 && S_ISREG(status.st_mode) && room
                      ? read(file, room, IGNORE_FILE_MAX)
                      : -1;
    if (len > 0)
        blame_add_ignored((struct text){room, (size_t)len}, strlen(tip), ignored);
    close(file);
    buffer_release(&content);
}

static bool add_ignored_of_commit(struct question *q, const char *commit, struct buffer *ignored,
                                  struct error *error)
{
    const char *file = q->repository->ignore_file;
    struct object object;
    if (file[0] == '/')
        return true;
    struct text name = arena_printf(&q->scratch, "%s:%s", commit, file);
    if (!objects_get(&q->objects, name, &object, error))
        return false;
    if (object.type == OBJECT_BLOB && object.content.len <= IGNORE_FILE_MAX)
        blame_add_ignored(object.content, strlen(commit), ignored);
    return true;
}

// Looked at when it matters, since a clone may be cut, or made whole, at any moment.
static bool is_shallow(const struct repository *r)
{
    return access(r->shallow_file, F_OK) == 0;
}

// Turns what git says about a line into what is known about the query.
static void find(struct question *q, size_t i, const struct blamed_line *blamed,
                 struct text ignored)
{
    const struct revision_choice *choice = &q->choices[i];
    const char *doubt = "";
    struct blame_finding *finding = &q->findings[i];
    *finding = (struct blame_finding){.is_found = true,
                                      .line = blamed->origin,
                                      .previous = blamed->previous,
                                      .author_name = blamed->author_name,
                                      .author_email = blamed->author_email,
                                      .changed_at_ms = blamed->changed_at_ms,
                                      .commit_subject = blamed->commit_subject,
                                      .revision = arena_copy(q->arena, text_of(choice->commit)),
                                      .line_number = choice->line_number,
                                      .tip = arena_copy(q->arena, text_of(q->tip)),
                                      .confidence = choice->confidence};
    if (blamed->is_boundary && is_shallow(q->repository)) {
        // git gives every older line to whoever made that commit: they must not get the letters
        finding->author_name = finding->author_email = finding->commit_subject = (struct text){0};
        finding->changed_at_ms = 0;
        finding->confidence = CONFIDENCE_LOW;
        doubt = "; the clone is shallow and the line as old as its history, so git cannot say who "
                "wrote it";
    } else if (text_contains(ignored, blamed->origin.commit)) {
        finding->confidence = CONFIDENCE_LOW;
        doubt = "; the line is new in a commit that is listed to be looked through";
    }
    finding->reason = arena_printf(q->arena, "%.*s%s", TEXT_ARG(choice->reason), doubt);
}

static bool run_blame(struct question *q, const struct blame_request *request,
                      struct blamed_line *lines, size_t line_n, struct error *error)
{
    const struct repository *r = q->repository;
    return git_graph_has_paths(r->objects_dir)
               ? blame_run_in_steps(&r->git, request, q->arena, lines, line_n, error)
               : blame_run(&r->git, request, q->arena, lines, line_n, error);
}

// Blames all lines of the queries that were given the same commit as query first.
static bool blame_revision(struct question *q, size_t first, struct buffer *ignored,
                           struct error *error)
{
    const char *commit = q->choices[first].commit;
    size_t *whose = arena_array(&q->scratch, size_t, q->query_n), line_n = 0;
    struct blamed_line *lines = arena_array(&q->scratch, struct blamed_line, q->query_n);
    for (size_t i = first; i < q->query_n; i++) {
        if (q->choices[i].line_number == 0 || strcmp(q->choices[i].commit, commit) != 0)
            continue;
        whose[line_n] = i;
        lines[line_n++].line_number = q->choices[i].line_number;
    }
    if (strcmp(commit, q->tip) != 0 && !add_ignored_of_commit(q, commit, ignored, error))
        return false;
    const struct blame_request request = {.tip = q->tip,
                                          .revision = commit,
                                          .path = q->queries[0].path,
                                          .ignored = buffer_text(ignored)};
    if (!run_blame(q, &request, lines, line_n, error))
        return false;
    for (size_t i = 0; i < line_n; i++) {
        if (lines[i].is_blamed)
            find(q, whose[i], &lines[i], request.ignored);
        else
            q->findings[whose[i]].reason = TEXT("git blame said nothing about the line");
        q->choices[whose[i]].line_number = 0; // done
    }
    return true;
}

static bool blame_all(struct question *q, struct error *error)
{
    struct buffer ignored = {0};
    add_ignored_of_file(q->repository, q->tip, &ignored);
    bool ok = add_ignored_of_commit(q, q->tip, &ignored, error);
    size_t shared = ignored.len;
    struct text tip = arena_copy(q->arena, text_of(q->tip));
    for (size_t i = 0; i < q->query_n; i++)
        q->findings[i] = (struct blame_finding){.tip = tip, .reason = q->choices[i].reason};
    for (size_t i = 0; ok && i < q->query_n; i++) {
        if (q->choices[i].line_number == 0)
            continue;
        ignored.len = shared;
        ok = blame_revision(q, i, &ignored, error);
    }
    buffer_release(&ignored);
    return ok;
}

static bool add_coauthors(struct question *q, struct error *error)
{
    for (size_t i = 0; i < q->query_n; i++) {
        struct blame_finding *finding = &q->findings[i];
        struct object object;
        size_t same = 0;
        while (same < i && !text_equal(q->findings[same].line.commit, finding->line.commit))
            same++;
        if (same < i)
            finding->co_authors = q->findings[same].co_authors;
        else if (!finding->author_email.len)
            continue;
        else if (!objects_get(&q->objects, finding->line.commit, &object, error))
            return false;
        else if (object.type == OBJECT_COMMIT && !object.is_too_large)
            finding->co_authors = coauthors_read(object.content, finding->author_email, q->arena);
    }
    return true;
}

static bool can_name_commit(struct text release)
{
    struct arena scratch = {0};
    struct text names[RELEASE_NAME_MAX];
    bool can = release_names(release, &scratch, names) > 0;
    arena_release(&scratch);
    return can;
}

bool repository_blame(struct repository *repository, const struct blame_query *queries,
                      size_t query_n, struct arena *arena, struct blame_finding *findings,
                      struct error *error)
{
    const char *why_not;
    if (query_n == 0)
        return true;
    if (!git_path_is_sane(queries[0].path, &why_not)) {
        for (size_t i = 0; i < query_n; i++)
            findings[i] = (struct blame_finding){.reason = text_of(why_not)};
        return true;
    }
    struct question q = {.repository = repository,
                         .queries = queries,
                         .query_n = query_n,
                         .findings = findings,
                         .arena = arena};
    bool ok = objects_pool_take(&repository->objects_pool, OBJECTS_TIMEOUT_MS, &q.objects, error) &&
              choose(&q, error) && blame_all(&q, error) && add_coauthors(&q, error);
    bool is_missing = q.release_commit[0] == '\0' && can_name_commit(queries[0].release);
    for (size_t i = 0; ok && i < query_n; i++)
        findings[i].is_release_missing = is_missing;
    objects_pool_give(&repository->objects_pool, &q.objects, ok);
    arena_release(&q.scratch);
    return ok;
}

bool repository_fix_age(struct repository *repository, struct text release, struct text commit,
                        enum fix_age *age, bool *is_release_missing, struct error *error)
{
    struct objects objects = {0};
    char hash[HASH_MAX] = "";
    *age = FIX_UNKNOWN;
    bool ok = objects_pool_take(&repository->objects_pool, OBJECTS_TIMEOUT_MS, &objects, error) &&
              revision_of_release(&objects, release, hash, error) &&
              (!hash[0] || git_fix_age(&repository->git, &objects, hash, commit, age, error));
    *is_release_missing = !hash[0] && can_name_commit(release);
    objects_pool_give(&repository->objects_pool, &objects, ok);
    return ok;
}

bool repository_list_fixes(struct repository *repository, const char *tip, struct text since,
                           struct arena *arena, struct commit_fix **fixes, size_t *fix_n,
                           struct error *error)
{
    struct objects objects = {0};
    bool ok = objects_pool_take(&repository->objects_pool, OBJECTS_TIMEOUT_MS, &objects, error) &&
              git_list_fixes(&repository->git, &objects, tip, since, arena, fixes, fix_n, error);
    objects_pool_give(&repository->objects_pool, &objects, ok);
    return ok;
}

// ---- people ----

bool repository_hold_team(struct repository *repository, struct text tip,
                          int64_t inactive_after_days, struct team **team, struct error *error)
{
    char hash[HASH_MAX];
    snprintf(hash, sizeof hash, "%.*s", TEXT_ARG(tip));
    return team_cache_hold(&repository->team, &repository->git, hash, inactive_after_days, team,
                           error);
}

bool repository_function_authors(struct repository *repository, const struct blame_finding *finding,
                                 struct text path, struct arena *arena,
                                 struct function_author *authors, size_t *author_n,
                                 struct error *error)
{
    struct question q = {.repository = repository};
    struct buffer ignored = {0};
    struct blame_request request = {.tip = arena_string(arena, finding->tip),
                                    .revision = arena_string(arena, finding->revision),
                                    .path = path};
    add_ignored_of_file(repository, request.tip, &ignored);
    bool ok = objects_pool_take(&repository->objects_pool, OBJECTS_TIMEOUT_MS, &q.objects, error) &&
              add_ignored_of_commit(&q, request.tip, &ignored, error) &&
              (text_equal(finding->tip, finding->revision) ||
               add_ignored_of_commit(&q, request.revision, &ignored, error));
    request.ignored = buffer_text(&ignored);
    ok = ok && git_function_authors(&repository->git, &q.objects, &request, finding->line_number,
                                    is_shallow(repository), arena, authors, author_n, error);
    objects_pool_give(&repository->objects_pool, &q.objects, ok);
    arena_release(&q.scratch);
    buffer_release(&ignored);
    return ok;
}
