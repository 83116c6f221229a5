// SPDX-License-Identifier: MIT
// What commits say that they mend, and up to where they were read.
#include "io/store_sqlite.h"
#include "io/store_sqlite_fixed.h"

bool sqlite_find_read_commit(struct store *store, int64_t project_id, struct arena *arena,
                             struct text *commit, struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_FIND_READ_COMMIT,
                                "SELECT commit_hash FROM read_commits WHERE project_id = ?1");
    query_add_int(&q, project_id);
    *commit = (struct text){0};
    enum step step = query_step(&q, error);
    if (step == STEP_ROW) {
        *commit = query_text(&q, arena);
        query_close(&q);
    }
    return step != STEP_FAILED;
}

bool sqlite_set_read_commit(struct store *store, int64_t project_id, struct text commit,
                            struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q = query_open(s, SQL_SET_READ_COMMIT,
                                "INSERT INTO read_commits (project_id, commit_hash) VALUES (?1, ?2)"
                                " ON CONFLICT (project_id) DO UPDATE SET commit_hash = ?2");
    query_add_int(&q, project_id);
    query_add_text(&q, commit);
    return query_run(&q, error);
}

bool sqlite_mark_fixed_by_commit(struct store *store, const struct fixed_mark *mark, bool *is_new,
                                 struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q =
        query_open(s, SQL_ADD_FIXING_COMMIT,
                   "INSERT INTO fixing_commits (project_id, commit_hash, error_id)"
                   " SELECT project_id, ?3, id FROM errors WHERE id = ?2 AND project_id = ?1"
                   " ON CONFLICT (project_id, commit_hash, error_id) DO NOTHING");
    query_add_int(&q, mark->project_id);
    query_add_int(&q, mark->error_id);
    query_add_text(&q, mark->commit);
    if (!query_run(&q, error))
        return false;
    *is_new = sqlite3_changes(s->db) == 1;
    return !*is_new || sqlite_mark_fixed(store, mark, error);
}
