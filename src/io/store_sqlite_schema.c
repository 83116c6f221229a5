// SPDX-License-Identifier: MIT
// Migrations: src/io/migrations/NNNN_name.sql, embedded. The number is the schema's version after
// the file has run.
#include <stdlib.h>

#include "base/embed.h"
#include "base/log.h"
#include "io/store_sqlite.h"

extern const struct embedded_file migrations[];

static int64_t migration_version(const struct embedded_file *migration)
{
    return strtoll(migration->name, NULL, 10);
}

static int64_t newest_version(void)
{
    int64_t newest = 0;
    for (const struct embedded_file *m = migrations; m->name; m++)
        newest = migration_version(m);
    return newest;
}

// These run once a start, and while there may be no schema: they are not kept prepared.
static bool read_number(struct sqlite_store *s, const char *sql, int64_t *number,
                        struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *number = sqlite3_column_int64(statement, 0);
    bool ok = code == SQLITE_ROW;
    if (!ok)
        sqlite_fail(s, code, "cannot read its schema", error);
    sqlite3_finalize(statement);
    return ok;
}

// 0 when the database is empty.
static bool read_version(struct sqlite_store *s, int64_t *version, struct error *error)
{
    int64_t table_n = 0, is_ours = 0;
    *version = 0;
    if (!read_number(s, "SELECT COUNT(*) FROM sqlite_master", &table_n, error) ||
        !read_number(s, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_version'",
                     &is_ours, error))
        return false;
    if (is_ours)
        return read_number(s, "SELECT COALESCE(MAX(version), 0) FROM schema_version", version,
                           error);
    if (table_n)
        return error_set(error, ERROR_CONFIG,
                         "store %s: it is a database of another program: choose another directory",
                         s->path);
    return true;
}

static bool run(struct sqlite_store *s, const char *sql, const char *doing, struct error *error)
{
    int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || sqlite_fail(s, code, doing, error);
}

static bool set_version(struct sqlite_store *s, int64_t version, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (!run(s, "DELETE FROM schema_version", "cannot store its version", error))
        return false;
    int code = sqlite3_prepare_v2(s->db, "INSERT INTO schema_version (version) VALUES (?1)", -1,
                                  &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(statement, 1, version);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code != SQLITE_DONE)
        sqlite_fail(s, code, "cannot store its version", error);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE;
}

// In one transaction: all files after the version that is there, or nothing.
static bool migrate(struct sqlite_store *s, struct error *error)
{
    int64_t version = 0;
    bool ok = run(s, "BEGIN IMMEDIATE", "cannot update it", error) &&
              read_version(s, &version, error); // another process may have been faster
    for (const struct embedded_file *m = migrations; ok && m->name; m++) {
        if (migration_version(m) <= version)
            continue;
        ok = run(s, m->content.at, m->name, error) && set_version(s, migration_version(m), error);
    }
    ok = ok && run(s, "COMMIT", "cannot update it", error);
    if (!ok && !sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

bool sqlite_look_at_schema(struct sqlite_store *s, int64_t *version, int64_t *newest,
                           struct error *error)
{
    *newest = newest_version();
    if (!read_version(s, version, error))
        return false;
    if (*version > *newest)
        return error_set(
            error, ERROR_CONFIG,
            "store %s: its schema is version %lld, this Flawless knows up to %lld: run "
            "the newer Flawless that made it, or choose another directory",
            s->path, (long long)*version, (long long)*newest);
    return true;
}

bool sqlite_prepare_schema(struct sqlite_store *s, struct error *error)
{
    int64_t version = 0, newest = 0;
    if (!sqlite_look_at_schema(s, &version, &newest, error))
        return false;
    if (version == newest)
        return true;
    if (s->mode == STORE_READ)
        return error_set(error, ERROR_CONFIG,
                         "store %s: its schema is version %lld, this Flawless reads %lld: start "
                         "the server once, which updates it",
                         s->path, (long long)version, (long long)newest);
    if (!migrate(s, error))
        return false;
    log_info("store %s: schema is now version %lld (was %lld)", s->path, (long long)newest,
             (long long)version);
    return true;
}
