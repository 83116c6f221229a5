// SPDX-License-Identifier: MIT
#include "io/store_sqlite_lineage.h"

#include "io/store_sqlite.h"

bool sqlite_list_lines(struct store *store, int64_t project_id, struct text path, struct text text,
                       struct arena *arena, struct known_line **lines, size_t *line_n,
                       struct error *error)
{
    struct query q =
        query_open(sqlite_of(store), SQL_LIST_LINES,
                   "SELECT e.id, e.origin_commit, e.origin_path, e.origin_number FROM errors e"
                   " WHERE e.id IN (SELECT error_id FROM sites WHERE project_id = ?1 AND path = ?2"
                   " AND line_text IN (?3, '')) AND e.origin_commit <> ''"
                   " ORDER BY e.last_seen_at_ms DESC, e.id DESC LIMIT ?4");
    query_add_int(&q, project_id);
    query_add_text(&q, path);
    query_add_text(&q, text);
    query_add_int(&q, KNOWN_LINE_MAX);
    struct known_line *list = arena_array(arena, struct known_line, KNOWN_LINE_MAX);
    size_t n = 0;
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW) {
        struct known_line *known = &list[n++];
        known->error_id = query_int(&q);
        known->line.commit = query_text(&q, arena);
        known->line.path = query_text(&q, arena);
        known->line.number = query_int(&q);
    }
    *lines = list;
    *line_n = n;
    return step == STEP_DONE;
}

bool sqlite_set_predecessor(struct store *store, int64_t error_id, int64_t predecessor_id,
                            struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q = query_open(s, SQL_SET_PREDECESSOR,
                                "UPDATE errors SET predecessor_id = ?2 WHERE id = ?1 AND id <> ?2"
                                " AND predecessor_id = 0 AND EXISTS (SELECT 1 FROM errors before"
                                " WHERE before.id = ?2 AND before.project_id = errors.project_id"
                                " AND before.predecessor_id <> ?1)");
    query_add_int(&q, error_id);
    query_add_int(&q, predecessor_id);
    return query_run(&q, error);
}

bool sqlite_list_successors(struct store *store, int64_t error_id, struct arena *arena,
                            struct error_record **records, size_t *record_n, struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_LIST_SUCCESSORS,
                                "SELECT " RECORD_COLUMNS " FROM errors e WHERE e.predecessor_id"
                                " = ?1 AND e.predecessor_id <> 0 ORDER BY e.id LIMIT ?2");
    query_add_int(&q, error_id);
    query_add_int(&q, SUCCESSOR_MAX);
    struct error_record *list = arena_array(arena, struct error_record, SUCCESSOR_MAX);
    size_t n = 0;
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW)
        sqlite_read_record(&q, arena, &list[n++]);
    *records = list;
    *record_n = n;
    return step == STEP_DONE;
}
