// SPDX-License-Identifier: MIT
// A sandbox for each test, and questions to its repository: what tests of blame begin with.
#ifndef FLAWLESS_TESTS_UNIT_BLAME_SANDBOX_H
#define FLAWLESS_TESTS_UNIT_BLAME_SANDBOX_H

#include "git_sandbox.h"

#include "io/repository.h"

static struct sandbox box;
static struct arena arena;

static inline int open_box(void **state)
{
    (void)state;
    sandbox_open(&box);
    return 0;
}

static inline int close_box(void **state)
{
    (void)state;
    arena_release(&arena);
    sandbox_close(&box);
    return 0;
}

static inline struct repository *opened_at(const char *dir, const char *pattern)
{
    struct repository *repository = NULL;
    struct error error = {0};
    struct repository_settings settings = {
        .git_path = "git", .dir = dir, .branch_pattern = pattern};
    if (!repository_open(&settings, &repository, &error))
        fail_msg("%s", error.message);
    return repository;
}

static inline struct blame_finding ask_with(struct repository *repository,
                                            const struct blame_query *query)
{
    struct blame_finding finding;
    struct error error = {0};
    if (!repository_blame(repository, query, 1, &arena, &finding, &error))
        fail_msg("%s", error.message);
    return finding;
}

static inline struct blame_finding ask(struct repository *repository, const char *release,
                                       const char *path, int64_t line, const char *text)
{
    struct blame_query query = {.release = text_of(release),
                                .path = text_of(path),
                                .evidence = {.line_number = line, .text = text_of(text)}};
    return ask_with(repository, &query);
}

// Asks a repository that is opened for this one question.
static inline struct blame_finding ask_box(const char *release, const char *path, int64_t line,
                                           const char *text)
{
    struct repository *repository = opened_at(box.repo, NULL);
    struct blame_finding finding = ask(repository, release, path, line, text);
    repository_close(repository);
    return finding;
}

static inline void assert_finding(struct blame_finding finding, const char *author,
                                  const char *commit, enum confidence confidence)
{
    if (!finding.is_found)
        fail_msg("nothing found: %.*s", TEXT_ARG(finding.reason));
    assert_text_equal(finding.author_email, author);
    assert_text_equal(finding.line.commit, commit);
    if (finding.confidence != confidence)
        fail_msg("confidence %d: %.*s", finding.confidence, TEXT_ARG(finding.reason));
}

#endif
