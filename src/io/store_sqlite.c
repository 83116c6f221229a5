// SPDX-License-Identifier: MIT
// The SQLite store: one file, in write-ahead-log mode, synced at every commit.
//
// One connection writes and many read; a reader sees the last commit before its statement began and
// never waits. The log is copied into the database (a checkpoint) by the writer alone, between
// batches: after the answers of one batch are given and before the next begins, so it never stands
// between a report and its answer by more than one bounded copy. It is passive: it takes what no
// reader still needs and waits for nobody. Because nobody else checkpoints, SQLite's race between
// two checkpoints and a commit ("WAL-reset bug", up to 3.51.2) cannot happen.
//
// Files are never opened here beside SQLite: closing any descriptor of a file drops this process'
// locks on it, those of SQLite's other connections too.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "io/store_sqlite.h"
#include "io/store_sqlite_fixed.h"
#include "io/store_sqlite_lineage.h"
#include "io/store_sqlite_study.h"
#include "io/store_sqlite_users.h"

enum {
    BUSY_TIMEOUT_MS = 2000,
    // of the log, of 4 kB
    CHECKPOINT_PAGES = 1000,
    LONG_LOG_PAGES = 16000,
    READER_WAIT_MS = 200,
};

// ---- errors ----

static const struct failure {
    int code; // SQLite's extended or primary result code; the first that fits is taken
    enum error_kind kind;
    const char *words;
} failures[] = {
    {SQLITE_FULL, ERROR_SYSTEM, "the disk is full: free some space"},
    {SQLITE_READONLY, ERROR_CONFIG,
     "it cannot be written: make the directory and the file writable"},
    {SQLITE_CANTOPEN, ERROR_CONFIG,
     "it cannot be opened: check that the directory exists and may be read and written"},
    {SQLITE_PERM, ERROR_CONFIG, "access is denied: check the permissions"},
    {SQLITE_AUTH, ERROR_CONFIG, "access is denied: check the permissions"},
    {SQLITE_NOTADB, ERROR_CONFIG,
     "it is not a SQLite database: move it away, or choose another directory"},
    {SQLITE_CORRUPT, ERROR_CONFIG, "the database is damaged: restore it from a backup"},
    {SQLITE_BUSY, ERROR_SYSTEM, "another process is writing: try again"},
    {SQLITE_LOCKED, ERROR_SYSTEM, "another process is writing: try again"},
    {SQLITE_PROTOCOL, ERROR_SYSTEM, "another process is writing: try again"},
    {SQLITE_IOERR, ERROR_SYSTEM, "reading or writing failed: check the disk"},
    {SQLITE_TOOBIG, ERROR_INPUT, "a text is too long"},
};

bool sqlite_fail(struct sqlite_store *s, int code, const char *doing, struct error *error)
{
    int primary = code & 0xff;
    if (primary == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM)
        fatal_out_of_memory();
    s->has_batch_failed = s->is_in_batch;
    const struct failure *failure = NULL;
    for (size_t i = 0; !failure && i < sizeof failures / sizeof *failures; i++)
        if (failures[i].code == primary)
            failure = &failures[i];
    int system = s->db ? sqlite3_system_errno(s->db) : 0;
    bool is_system = system && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN);
    return error_set(error, failure ? failure->kind : ERROR_SYSTEM, "store %s: %s%s%s (%s%s%s)",
                     s->path, doing ? doing : "", doing ? ": " : "",
                     failure ? failure->words : "a statement failed",
                     s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(code), is_system ? "; " : "",
                     is_system ? strerror(system) : "");
}

// ---- batches ----

static int note_wal_pages(void *store, sqlite3 *db, const char *schema, int page_n)
{
    (void)db, (void)schema;
    struct sqlite_store *s = store;
    if (page_n < s->wal_pages) // the log was started anew
        s->checkpoint_at = CHECKPOINT_PAGES;
    s->wal_pages = page_n;
    return SQLITE_OK;
}

// A failure costs nothing but disk space: everything stays in the log, and the next attempt takes
// it all. When all is copied and no reader needs the log, the next commit starts it anew; if not,
// another attempt is worth its price only after as many pages again. Readers that overlap without a
// gap could keep the log growing for ever, so from some size on the writer waits a moment for those
// that are reading now.
static void checkpoint(struct sqlite_store *s)
{
    bool is_long = s->wal_pages >= LONG_LOG_PAGES;
    if (is_long)
        sqlite3_busy_timeout(s->db, READER_WAIT_MS);
    int code = sqlite3_wal_checkpoint_v2(
        s->db, "main", is_long ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (is_long)
        sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
    bool has_failed = code != SQLITE_OK && code != SQLITE_BUSY;
    if (has_failed && !s->checkpoint_failed)
        log_warning(
            "store %s: the write-ahead log cannot be copied into the database and grows: %s",
            s->path, sqlite3_errmsg(s->db));
    s->checkpoint_failed = has_failed;
    s->checkpoint_at = s->wal_pages + CHECKPOINT_PAGES;
}

bool sqlite_start(struct sqlite_store *s, struct error *error)
{
    check(s->mode == STORE_WRITE && !s->is_in_batch);
    struct query q = query_open(s, SQL_BEGIN, "BEGIN IMMEDIATE");
    s->has_batch_failed = false;
    s->is_in_batch = query_run(&q, error);
    return s->is_in_batch;
}

bool sqlite_begin(struct store *store, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (s->wal_pages >= s->checkpoint_at)
        checkpoint(s);
    return sqlite_start(s, error);
}

bool sqlite_check_batch(struct sqlite_store *s, struct error *error)
{
    check(s->is_in_batch);
    if (s->has_batch_failed || sqlite3_get_autocommit(s->db))
        return error_set(error, ERROR_SYSTEM,
                         "store %s: an earlier failure has ended the batch: roll back, try again",
                         s->path);
    return true;
}

// Whether the file is still where it was opened: what is written into a file without a name is
// durable and yet lost.
static bool is_in_place(struct sqlite_store *s, struct error *error)
{
    int has_moved = 0;
    sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
    if (has_moved)
        return error_set(error, ERROR_CONFIG,
                         "store %s: it was removed or replaced while the server runs: put it back "
                         "and start the server again",
                         s->path);
    return true;
}

bool sqlite_commit(struct store *store, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error) || !is_in_place(s, error))
        return false;
    struct query q = query_open(s, SQL_COMMIT, "COMMIT");
    if (!query_run(&q, error))
        return false;
    s->is_in_batch = false;
    return true;
}

void sqlite_rollback(struct store *store)
{
    struct sqlite_store *s = sqlite_of(store);
    s->is_in_batch = false;
    if (sqlite3_get_autocommit(s->db))
        return; // nothing open, or SQLite did it already
    struct query q = query_open(s, SQL_ROLLBACK, "ROLLBACK");
    query_run(&q, NULL); // cannot fail in a way that leaves the transaction open
}

// ---- opening ----

static void configure_library(void)
{
    // Without statistics SQLite needs no lock of all threads around each allocation. Somebody else
    // in this process may have started SQLite already; then it stays as it is.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static bool check_directory(const char *directory, struct error *error)
{
    struct stat status;
    if (stat(directory, &status) != 0)
        return error_set(error, ERROR_CONFIG, "store: cannot open the directory %s: %s: create it",
                         directory, strerror(errno));
    if (!S_ISDIR(status.st_mode))
        return error_set(error, ERROR_CONFIG, "store: %s is not a directory", directory);
    return true;
}

// Makes an empty file of ours alone, which is an empty database; SQLite gives its log the same
// mode.
static bool make_file(const char *path, struct error *error)
{
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return errno == EEXIST ||
               error_set(error, ERROR_CONFIG,
                         "store: cannot make %s: %s: make the directory writable", path,
                         strerror(errno));
    close(file);
    return true;
}

static bool may(const char *path, int what)
{
    return faccessat(AT_FDCWD, path, what, AT_EACCESS) == 0;
}

// SQLite would open a file that it may not write for reading, and say so only later.
static bool check_file(const char *directory, const char *path, enum store_mode mode,
                       struct error *error)
{
    if (!may(path, F_OK) && mode == STORE_WRITE && !make_file(path, error))
        return false;
    struct stat status;
    if (stat(path, &status) != 0)
        return error_set(error, ERROR_CONFIG,
                         "store: cannot open %s: %s: start the server once, which makes it", path,
                         strerror(errno));
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_CONFIG, "store: %s is not a file", path);
    int wanted = mode == STORE_WRITE ? R_OK | W_OK : R_OK;
    if (!may(path, wanted))
        return error_set(error, ERROR_CONFIG, "store: cannot open %s: %s", path, strerror(errno));
    if (mode == STORE_WRITE && !may(directory, W_OK | X_OK))
        return error_set(error, ERROR_CONFIG, "store: cannot write in the directory %s: %s",
                         directory, strerror(errno));
    return true;
}

static bool run_pragmas(struct sqlite_store *s, const char *sql, struct error *error)
{
    int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || sqlite_fail(s, code, "cannot open it", error);
}

static int note_mode(void *is_wal, int column_n, char **columns, char **names)
{
    (void)names;
    *(bool *)is_wal = column_n == 1 && columns[0] && strcmp(columns[0], "wal") == 0;
    return 0;
}

// The mode is kept in the file, so this changes something only once. Two processes that both make
// the database can meet here, where SQLite does not wait for its busy timeout.
static bool use_wal(struct sqlite_store *s, struct error *error)
{
    bool is_wal = false;
    int code = SQLITE_BUSY;
    for (int i = 0; (code & 0xff) == SQLITE_BUSY && i < BUSY_TIMEOUT_MS / 10; i++) {
        if (i)
            usleep(10 * 1000);
        code = sqlite3_exec(s->db, "PRAGMA journal_mode=WAL", note_mode, &is_wal, NULL);
    }
    if (code != SQLITE_OK)
        return sqlite_fail(s, code, "cannot open it", error);
    return is_wal || error_set(error, ERROR_CONFIG,
                               "store %s: its file system has no shared memory, which SQLite's "
                               "write-ahead log needs: choose a directory on a local disk",
                               s->path);
}

// The cache is kibibytes when negative. Temporary tables stay in memory: no copies of reports in
// /tmp.
static bool configure(struct sqlite_store *s, struct error *error)
{
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (s->mode == STORE_READ)
        return run_pragmas(
            s, "PRAGMA query_only=ON; PRAGMA cache_size=-1000; PRAGMA temp_store=MEMORY", error);
    s->checkpoint_at = CHECKPOINT_PAGES;
    sqlite3_wal_hook(s->db, note_wal_pages, s); // takes the place of SQLite's own checkpoints
    return use_wal(s, error) &&
           run_pragmas(s,
                       "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-2000;"
                       "PRAGMA temp_store=MEMORY; PRAGMA secure_delete=FAST; PRAGMA "
                       "journal_size_limit=16777216",
                       error);
}

static bool open_file(struct sqlite_store *s, struct error *error)
{
    int flags = s->mode == STORE_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    int code = sqlite3_open_v2(s->path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return sqlite_fail(s, code, NULL, error);
    return configure(s, error);
}

// SQLite may take what begins with "file:" for a URI, so a relative path says that it is one.
static char *join_path(const char *directory, const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 4;
    char *path = must_alloc(size);
    snprintf(path, size, "%s%s/%s", *directory == '/' ? "" : "./", directory, name);
    return path;
}

static void sqlite_close(struct store *store)
{
    struct sqlite_store *s = sqlite_of(store);
    for (size_t i = 0; i < SQL_STATEMENT_N; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close(s->db);
    ZSTD_freeCCtx(s->compressor);
    ZSTD_freeDCtx(s->decompressor);
    buffer_release(&s->compressed);
    free(s->path);
    free(s);
}

static struct sqlite_store *new_store(const char *address, enum store_mode mode)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure_library);
    struct sqlite_store *s = must_alloc(sizeof *s);
    s->store.ops = &store_sqlite_ops;
    s->mode = mode;
    s->path = join_path(address, "flawless.db");
    return s;
}

static bool sqlite_open(const char *address, enum store_mode mode, struct store **store,
                        struct error *error)
{
    struct sqlite_store *s = new_store(address, mode);
    if (!check_directory(address, error) || !check_file(address, s->path, mode, error) ||
        !open_file(s, error) || !sqlite_prepare_schema(s, error)) {
        sqlite_close(&s->store);
        return false;
    }
    *store = &s->store;
    return true;
}

// ---- one server a directory ----

static void read_holder(int file, char *pid, size_t size)
{
    ssize_t len = pread(file, pid, size - 1, 0);
    pid[len > 0 ? len : 0] = 0;
    pid[strspn(pid, "0123456789")] = 0;
}

static bool sqlite_lock(const char *address, int *lock, struct error *error)
{
    char *path = join_path(address, "flawless.lock");
    char pid[32];
    bool ok = check_directory(address, error);
    int file = ok ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (ok && file < 0)
        ok =
            error_set(error, ERROR_CONFIG, "store: cannot open %s: %s: make the directory writable",
                      path, strerror(errno));
    if (ok && flock(file, LOCK_EX | LOCK_NB) != 0) {
        int reason = errno;
        read_holder(file, pid, sizeof pid);
        ok = reason == EWOULDBLOCK
                 ? error_set(error, ERROR_CONFIG,
                             "store: another Flawless (process %s) works in %s: stop it, or choose "
                             "another directory",
                             *pid ? pid : "unknown", address)
                 : error_set(error, ERROR_CONFIG, "store: cannot lock %s: %s", path,
                             strerror(reason));
    }
    if (ok) { // the number is for the message above only: a full disk does no harm
        int len = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
        if (ftruncate(file, 0) != 0 || pwrite(file, pid, (size_t)len, 0) != len)
            log_debug("store: cannot write %s: %s", path, strerror(errno));
    } else if (file >= 0) {
        close(file);
        file = -1;
    }
    *lock = file;
    free(path);
    return ok;
}

// ---- a look from outside ----

// A shared lock that is given back at once: two who only look do not meet, and a server that runs
// notices nothing.
static bool is_locked(const char *address)
{
    char *path = join_path(address, "flawless.lock");
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool is_locked = file >= 0 && flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (file >= 0)
        close(file);
    free(path);
    return is_locked;
}

static bool sqlite_look(const char *address, struct store_look *look, struct error *error)
{
    struct sqlite_store *s = new_store(address, STORE_READ);
    bool is_good = true;
    look->exists = may(s->path, F_OK);
    look->is_in_use = is_locked(address);
    if (look->exists)
        is_good = check_file(address, s->path, STORE_WRITE, error) && open_file(s, error) &&
                  sqlite_look_at_schema(s, &look->version, &look->newest, error);
    sqlite_close(&s->store);
    return is_good;
}

const struct store_ops store_sqlite_ops = {
    .scheme = "",
    .lock = sqlite_lock,
    .look = sqlite_look,
    .open = sqlite_open,
    .close = sqlite_close,
    .keep_project = sqlite_keep_project,
    .list_projects = sqlite_list_projects,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .keep_site = sqlite_keep_site,
    .keep_context = sqlite_keep_context,
    .tally = sqlite_tally,
    .keep_occurrence = sqlite_keep_occurrence,
    .get_error = sqlite_get_error,
    .list_blame_jobs = sqlite_list_blame_jobs,
    .map_site = sqlite_map_site,
    .postpone_blame = sqlite_postpone_blame,
    .settle_site = sqlite_settle_site,
    .mark_fixed = sqlite_mark_fixed,
    .count_since_fix = sqlite_count_since_fix,
    .list_seen_again = sqlite_list_seen_again,
    .ask_about_fix = sqlite_ask_about_fix,
    .answer_about_fix = sqlite_answer_about_fix,
    .bring_back = sqlite_bring_back,
    .find_study_job = sqlite_find_study_job,
    .postpone_study = sqlite_postpone_study,
    .keep_study = sqlite_keep_study,
    .get_study = sqlite_get_study,
    .find_read_commit = sqlite_find_read_commit,
    .set_read_commit = sqlite_set_read_commit,
    .mark_fixed_by_commit = sqlite_mark_fixed_by_commit,
    .list_lines = sqlite_list_lines,
    .set_predecessor = sqlite_set_predecessor,
    .list_successors = sqlite_list_successors,
    .add_letter = sqlite_add_letter,
    .look_at_address = sqlite_look_at_address,
    .hold_letter = sqlite_hold_letter,
    .list_digests = sqlite_list_digests,
    .take_held = sqlite_take_held,
    .list_letters_to_send = sqlite_list_letters_to_send,
    .mark_letter = sqlite_mark_letter,
    .release_kept_letters = sqlite_release_kept_letters,
    .list_week = sqlite_list_week,
    .find_error = sqlite_find_error,
    .list_variants = sqlite_list_variants,
    .get_occurrence = sqlite_get_occurrence,
    .list_outbox = sqlite_list_outbox,
    .change_rule = sqlite_change_rule,
    .list_rules = sqlite_list_rules,
    .list_audit = sqlite_list_audit,
    .count = sqlite_count,
    .add_user = sqlite_add_user,
    .remove_user = sqlite_remove_user,
    .set_password = sqlite_set_password,
    .set_token = sqlite_set_token,
    .find_user = sqlite_find_user,
    .find_token_user = sqlite_find_token_user,
    .list_users = sqlite_list_users,
    .add_session = sqlite_add_session,
    .find_session = sqlite_find_session,
    .use_session = sqlite_use_session,
    .remove_session = sqlite_remove_session,
    .remove_idle_sessions = sqlite_remove_idle_sessions,
    .keep_seal_key = sqlite_keep_seal_key,
};
