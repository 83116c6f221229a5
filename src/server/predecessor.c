// SPDX-License-Identifier: MIT
// The commit that made a line has put it in the place of others. Which errors are known that say
// what stood there tells the store, quickly; whether one of them is of that very line, and not of
// another that reads the same, tells git.
#include "server/predecessor.h"

#include "base/log.h"
#include "io/git_predecessor.h"

// The old lines that may have an error, each with the errors that it may have.
struct suspects {
    size_t n;
    struct blame_query queries[OLD_LINE_MAX];
    struct known_line *known[OLD_LINE_MAX];
    size_t known_n[OLD_LINE_MAX];
};

static bool list_suspects(struct store *store, int64_t project_id, const struct file_version *file,
                          const struct old_line *lines, size_t line_n, struct arena *arena,
                          struct suspects *suspects, struct error *error)
{
    for (size_t i = 0; i < line_n; i++) {
        struct known_line *known;
        size_t known_n, at = suspects->n;
        struct text text = text_trim(lines[i].text);
        if (!text.len)
            continue;
        if (!store_list_lines(store, project_id, file->path, text, arena, &known, &known_n, error))
            return false;
        if (!known_n)
            continue;
        suspects->known[at] = known;
        suspects->known_n[at] = known_n;
        suspects->queries[at] = (struct blame_query){
            .release = file->commit, .path = file->path, .evidence = {lines[i].number, text}};
        suspects->n++;
    }
    return true;
}

static bool is_same(const struct line_identity *a, const struct line_identity *b)
{
    return text_equal(a->commit, b->commit) && text_equal(a->path, b->path) &&
           a->number == b->number;
}

static int64_t choose(const struct suspects *suspects, const struct blame_finding *found)
{
    for (size_t i = 0; i < suspects->n; i++)
        for (size_t k = 0; found[i].is_found && k < suspects->known_n[i]; k++)
            if (is_same(&found[i].line, &suspects->known[i][k].line))
                return suspects->known[i][k].error_id;
    return 0;
}

static bool look_into_store(const char *address, int64_t project_id,
                            const struct file_version *file, const struct old_line *lines,
                            size_t line_n, struct arena *arena, struct suspects *suspects,
                            struct error *error)
{
    struct store *store = NULL;
    bool ok = line_n == 0 ||
              (store_open(address, STORE_READ, &store, error) &&
               list_suspects(store, project_id, file, lines, line_n, arena, suspects, error));
    store_close(store);
    return ok;
}

static bool find(struct repository *repository, const char *store_address, int64_t project_id,
                 const struct blame_finding *finding, struct arena *arena, int64_t *error_id,
                 struct error *error)
{
    struct old_line lines[OLD_LINE_MAX];
    struct blame_finding found[OLD_LINE_MAX];
    struct suspects suspects = {0};
    size_t line_n;
    if (!git_list_old_lines(repository_git(repository), finding, arena, lines, &line_n, error) ||
        !look_into_store(store_address, project_id, &finding->previous, lines, line_n, arena,
                         &suspects, error) ||
        !repository_blame(repository, suspects.queries, suspects.n, arena, found, error))
        return false;
    *error_id = choose(&suspects, found);
    return true;
}

int64_t predecessor_find(struct repository *repository, const char *store_address,
                         int64_t project_id, const struct blame_finding *finding)
{
    struct arena arena = {0};
    struct error error = {0};
    int64_t error_id = 0;
    if (finding->previous.commit.len &&
        !find(repository, store_address, project_id, finding, &arena, &error_id, &error))
        log_info("which error a line had before it was changed is not known: %s", error.message);
    arena_release(&arena);
    return error_id;
}
