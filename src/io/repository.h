// SPDX-License-Identifier: MIT
// The git repository of a project: which paths it has, and who wrote a line. Runs the git command,
// never a shell.
#ifndef FLAWLESS_IO_REPOSITORY_H
#define FLAWLESS_IO_REPOSITORY_H

#include "base/arena.h"
#include "base/error.h"
#include "core/comeback.h"
#include "core/error_record.h"
#include "core/evidence.h"
#include "core/paths.h"
#include "core/raise_lines.h"

struct git;
struct repository; // any number of threads may use it at once

struct repository_settings {
    const char *git_path;       // git_cli_path
    const char *dir;            // work tree or bare repository
    const char *branch_pattern; // newest matching branch is in production; NULL or empty: HEAD
    // Of commits that blame looks through: a path in the repository, or an absolute one of a file
    // here. NULL or empty: .git-blame-ignore-revs.
    const char *ignore_revs_file;
};

// Looks at it: ERROR_CONFIG when it is not there, is not a repository, has no commit or cannot be
// read, or when git itself cannot be run; the message says what to do.
bool repository_open(const struct repository_settings *settings, struct repository **repository,
                     struct error *error);
void repository_close(struct repository *repository); // NULL is fine

// Full hash of the tip of the branch in production, now. tip: at least 65 bytes.
bool repository_tip(struct repository *repository, char *tip, struct error *error);

// Whether the history of tip (full hash) is so long that blame is to have a commit graph with
// changed paths (io/git_graph.h), and there is none. False also when git cannot tell.
enum { LONG_HISTORY = 10000 }; // commits
bool repository_lacks_graph(const struct repository *repository, const char *tip);

// Adds the paths of the tip's tree, or of the whole history of the branch in production.
bool repository_add_paths(struct repository *repository, bool whole_history, struct paths *paths,
                          struct error *error);

// Adds the lines of a commit (full hash) that do nothing but raise. A second for about 50 MB of
// text.
bool repository_add_raise_lines(struct repository *repository, const char *commit,
                                struct raise_lines *lines, struct error *error);

struct blame_query {
    struct text release; // of the report; may be empty or say nothing to git
    struct text path;    // in the repository
    struct evidence evidence;
};

struct file_version {
    struct text commit, path;
};

struct blame_finding {
    bool is_found; // else reason says why not: the path or line is in no commit that fits
    struct line_identity line;
    struct file_version previous; // the file before line.commit changed it; empty: it was not there
    struct text author_name, author_email; // mapped by .mailmap
    int64_t changed_at_ms;
    struct text commit_subject;
    struct text co_authors; // of that commit: "Name <address>", one a line
    struct text revision;   // full hash of the commit that was blamed
    int64_t line_number;    // the line's there
    struct text tip;        // full hash of the newest commit of the branch in production;
                            // empty when git was not asked, because of the path
    enum confidence confidence;
    struct text reason;      // plain words: how the revision was found, and what is doubtful
    bool is_release_missing; // the release may name a commit that the repository does not have
};

// Answers all queries, which have one release and one path, with one blame process for each
// revision they need. False for trouble that may pass (git failed, deadline): ask again later.
// findings: query_n of them.
bool repository_blame(struct repository *repository, const struct blame_query *queries,
                      size_t query_n, struct arena *arena, struct blame_finding *findings,
                      struct error *error);

// ---- people, when a line's author is not the one to tell ----

struct team;            // io/git_team.h
struct function_author; // io/git_function.h

// The team of a finding's tip, for the caller to drop; see team_cache_hold.
bool repository_hold_team(struct repository *repository, struct text tip,
                          int64_t inactive_after_days, struct team **team, struct error *error);

// Who wrote the function around a line that was found; path: of the query, which is sane. See
// git_function_authors.
bool repository_function_authors(struct repository *repository, const struct blame_finding *finding,
                                 struct text path, struct arena *arena,
                                 struct function_author *authors, size_t *author_n,
                                 struct error *error);

// Whether a release contains a commit (full hash) that was newest when an error was marked as
// fixed. *is_release_missing: as of a finding. False for trouble that may pass.
bool repository_fix_age(struct repository *repository, struct text release, struct text commit,
                        enum fix_age *age, bool *is_release_missing, struct error *error);

// How git is run on it, for what asks it more (io/git_study.h); lives as long as the repository.
const struct git *repository_git(const struct repository *repository);

// A commit says in its message that it mends an error (core/fixes.h).
struct commit_fix {
    struct text commit; // full hash
    struct text author; // address, mapped by .mailmap
    int64_t error_id;
};
enum { COMMIT_FIX_MAX = 1000 };
// What the commits say that tip has and since has not (full hashes), the newest first, at most
// COMMIT_FIX_MAX. None when the repository has no commit since (any more).
bool repository_list_fixes(struct repository *repository, const char *tip, struct text since,
                           struct arena *arena, struct commit_fix **fixes, size_t *fix_n,
                           struct error *error);

#endif
