// SPDX-License-Identifier: MIT
// Inside the SQLite store only: its connection, and what its parts provide to each other.
#ifndef FLAWLESS_IO_STORE_SQLITE_H
#define FLAWLESS_IO_STORE_SQLITE_H

#include <zstd.h>

#include "base/buffer.h"
#include "io/store_ops.h"
#include "io/store_sqlite_query.h"

// Owned by the thread that uses the connection.
struct sqlite_store {
    struct store store; // must be first
    sqlite3 *db;
    char *path; // of the database file, for messages
    enum store_mode mode;
    bool is_in_batch;      // between store_begin and store_commit or store_rollback
    bool has_batch_failed; // a part of it is missing: it must not be committed
    sqlite3_stmt *statements[SQL_STATEMENT_N];

    int wal_pages;     // in the write-ahead log after the last commit
    int checkpoint_at; // wal_pages from which the next batch begins with a checkpoint
    bool checkpoint_failed;

    // made when they are first needed
    ZSTD_CCtx *compressor;
    ZSTD_DCtx *decompressor;
    struct buffer compressed;
};

static inline struct sqlite_store *sqlite_of(struct store *store)
{
    return (struct sqlite_store *)store;
}

// Says what SQLite's result code means for the operator. Returns false; out of memory aborts.
bool sqlite_fail(struct sqlite_store *s, int code, const char *doing, struct error *error);

// Makes or updates the schema (STORE_WRITE) or checks that it is this binary's (STORE_READ).
bool sqlite_prepare_schema(struct sqlite_store *s, struct error *error);
// Reads the version that is there (0: none) and changes nothing. False when a newer Flawless made
// it.
bool sqlite_look_at_schema(struct sqlite_store *s, int64_t *version, int64_t *newest,
                           struct error *error);

// Without a checkpoint before it, which what runs beside a server must not make.
bool sqlite_start(struct sqlite_store *s, struct error *error);

// Everything that changes something calls this first: it has to happen between store_begin and
// store_commit. False after a failure in the batch, for which SQLite may have rolled it back by
// itself: what came now would be committed alone.
bool sqlite_check_batch(struct sqlite_store *s, struct error *error);

#define SQL_VARIANT_MAX "50" // VARIANT_MAX
// An error's columns, in the order in which sqlite_read_record takes them.
#define RECORD_COLUMNS                                                                             \
    "e.id, e.project_id, e.count, e.first_seen_at_ms, e.last_seen_at_ms, e.threshold,"             \
    " e.letter_at_ms, e.origin_commit, e.origin_path, e.origin_number, e.owner_state,"             \
    " e.confidence, e.changed_at_ms, e.owner_email, e.author_name, e.author_email,"                \
    " e.commit_subject, e.reason, e.line_number, e.path, e.function_name, e.line_text,"            \
    " e.exception_type, e.message, e.letter_count, e.fixed_at_ms, e.fixed_by,"                     \
    " e.fixed_commit, e.back_at_ms, e.back_count, e.co_authors, e.predecessor_id"
void sqlite_read_record(struct query *q, struct arena *arena, struct error_record *record);

// ---- what the parts of the store provide to store_sqlite_ops ----

bool sqlite_keep_project(struct store *store, int64_t id, struct text name, struct text key,
                         struct arena *arena, struct project *project, struct error *error);
bool sqlite_list_projects(struct store *store, struct arena *arena, struct project **projects,
                          size_t *project_n, struct error *error);
bool sqlite_begin(struct store *store, struct error *error);
bool sqlite_commit(struct store *store, struct error *error);
void sqlite_rollback(struct store *store);
bool sqlite_keep_context(struct store *store, int64_t site_id, struct text before,
                         struct text after, struct error *error);
bool sqlite_keep_site(struct store *store, const struct site *site, int64_t now_ms,
                      struct site_row *row, struct error *error);
bool sqlite_tally(struct store *store, const struct tally *tally, struct error *error);
bool sqlite_keep_occurrence(struct store *store, const struct occurrence *occurrence,
                            int64_t newest_max, struct error *error);
bool sqlite_get_error(struct store *store, int64_t error_id, struct arena *arena,
                      struct error_record *record, struct error *error);
bool sqlite_list_blame_jobs(struct store *store, int64_t now_ms, size_t job_max,
                            struct arena *arena, struct blame_job **jobs, size_t *job_n,
                            struct error *error);
bool sqlite_map_site(struct store *store, int64_t site_id, struct text path, struct error *error);
bool sqlite_postpone_blame(struct store *store, int64_t site_id, int64_t retry_at_ms,
                           bool was_tried, struct error *error);
bool sqlite_settle_site(struct store *store, int64_t site_id, const struct line_identity *line,
                        const struct ownership *ownership, int64_t *error_id, struct error *error);
bool sqlite_add_letter(struct store *store, struct outbox_letter *letter, struct error *error);
bool sqlite_look_at_address(struct store *store, struct text address, int64_t since_ms, int64_t n,
                            struct address_facts *facts, struct error *error);
bool sqlite_hold_letter(struct store *store, struct text address, int64_t error_id, int64_t now_ms,
                        int64_t due_at_ms, struct error *error);
bool sqlite_list_digests(struct store *store, int64_t now_ms, size_t address_max,
                         struct arena *arena, struct text **addresses, size_t *address_n,
                         struct error *error);
bool sqlite_take_held(struct store *store, struct text address, size_t record_max,
                      struct arena *arena, struct error_record **records, size_t *record_n,
                      int64_t *held_n, struct error *error);
// Remembers on an error that it was told, and at which count.
bool sqlite_set_letter_time(struct sqlite_store *s, int64_t error_id, int64_t at_ms,
                            struct error *error);
bool sqlite_list_letters_to_send(struct store *store, int64_t now_ms, size_t letter_max,
                                 struct arena *arena, struct outbox_letter **letters,
                                 size_t *letter_n, struct error *error);
bool sqlite_mark_letter(struct store *store, const struct outbox_letter *letter,
                        struct error *error);
bool sqlite_release_kept_letters(struct store *store, int64_t *letter_n, struct error *error);
bool sqlite_list_week(struct store *store, int64_t project_id, int64_t from_ms, int64_t until_ms,
                      struct arena *arena, struct week_row **rows, size_t *row_n,
                      struct error *error);
bool sqlite_find_error(struct store *store, const struct site *place, struct arena *arena,
                       struct error_record *record, struct error *error);
bool sqlite_list_variants(struct store *store, int64_t error_id, struct arena *arena,
                          struct variant **variants, size_t *variant_n, struct error *error);
bool sqlite_get_occurrence(struct store *store, int64_t error_id, int64_t until_ms,
                           struct arena *arena, struct kept_occurrence *occurrence,
                           struct error *error);
bool sqlite_list_outbox(struct store *store, int64_t before_id, size_t letter_max,
                        struct arena *arena, struct outbox_letter **letters, size_t *letter_n,
                        struct error *error);
bool sqlite_change_rule(struct store *store, struct rule_change *change, struct error *error);
bool sqlite_list_rules(struct store *store, int64_t project_id, struct arena *arena,
                       struct stored_rule **rules, size_t *rule_n, struct error *error);
bool sqlite_list_audit(struct store *store, int64_t project_id, int64_t before_id, size_t entry_max,
                       struct arena *arena, struct audit_entry **entries, size_t *entry_n,
                       struct error *error);
bool sqlite_count(struct store *store, struct store_counts *counts, struct error *error);

#endif
