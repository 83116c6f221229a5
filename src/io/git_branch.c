// SPDX-License-Identifier: MIT
#include "io/git_branch.h"

#include <stdio.h>

enum { BRANCH_TIMEOUT_MS = 20 * 1000, BRANCH_OUTPUT_MAX = 64 * 1024 * 1024 };

static size_t digits_at(struct text t, size_t at)
{
    size_t n = 0;
    while (at + n < t.len && t.at[at + n] >= '0' && t.at[at + n] <= '9')
        n++;
    return n;
}

static struct text number_at(struct text t, size_t at, size_t n)
{
    while (n > 1 && t.at[at] == '0') {
        at++;
        n--;
    }
    return (struct text){t.at + at, n};
}

int compare_naturally(struct text a, struct text b)
{
    size_t i = 0, j = 0;
    while (i < a.len && j < b.len) {
        size_t a_n = digits_at(a, i), b_n = digits_at(b, j);
        if (a_n && b_n) {
            struct text a_number = number_at(a, i, a_n), b_number = number_at(b, j, b_n);
            if (a_number.len != b_number.len)
                return a_number.len < b_number.len ? -1 : 1;
            int order = text_compare(a_number, b_number);
            if (order)
                return order;
            i += a_n;
            j += b_n;
        } else if (a.at[i] != b.at[j]) {
            return (unsigned char)a.at[i] < (unsigned char)b.at[j] ? -1 : 1;
        } else {
            i++;
            j++;
        }
    }
    return (i < a.len) - (j < b.len);
}

struct branch {
    struct text hash, name;
    int64_t committed_at;
};

// "<hash> <seconds> refs/heads/<name>" or "... refs/remotes/<remote>/<name>".
static bool parse(struct text line, struct branch *branch)
{
    struct text rest = line, seconds;
    if (!text_cut(&rest, ' ', &branch->hash) || !text_cut(&rest, ' ', &seconds) ||
        !text_to_int64(seconds, &branch->committed_at) || branch->hash.len >= HASH_MAX)
        return false;
    if (text_starts(rest, TEXT("refs/heads/"))) {
        branch->name = text_from(rest, 11);
    } else {
        rest = text_from(rest, 13);
        branch->name = text_from(rest, text_find(rest, '/') + 1);
    }
    return branch->name.len > 0 && !text_equal(branch->name, TEXT("HEAD"));
}

static bool is_newer(const struct branch *a, const struct branch *b)
{
    int order = compare_naturally(a->name, b->name);
    return order ? order > 0 : a->committed_at > b->committed_at;
}

bool branch_tip(const struct git *git, const struct pattern *pattern, struct text expression,
                char *tip, struct error *error)
{
    static const char *const arguments[] = {
        "for-each-ref", "--format=%(objectname) %(committerdate:unix) %(refname)", "refs/heads",
        "refs/remotes", NULL};
    struct buffer output = {.max = BRANCH_OUTPUT_MAX};
    struct branch newest = {0}, branch;
    bool ok = git_run(git, "git for-each-ref", arguments, (struct text){0}, BRANCH_TIMEOUT_MS,
                      &output, error);
    struct text rest = buffer_text(&output), line;
    while (ok && text_cut(&rest, '\n', &line))
        if (parse(line, &branch) && pattern_matches(pattern, branch.name) &&
            (newest.hash.len == 0 || is_newer(&branch, &newest)))
            newest = branch;
    if (ok && newest.hash.len == 0)
        ok = error_set(error, ERROR_CONFIG,
                       "no branch of the repository matches repo_branch_pattern \"%.*s\"",
                       TEXT_ARG(text_clip(expression, 200)));
    if (ok)
        snprintf(tip, HASH_MAX, "%.*s", TEXT_ARG(newest.hash));
    buffer_release(&output);
    return ok;
}
