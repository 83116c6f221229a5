// SPDX-License-Identifier: MIT
// What only the SQLite store promises: its file, its schema, its lock, its messages.
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract.h"
#include "temporary.h"

#include "io/store_study.h"

static char *path_of(struct fixture *f, const char *name)
{
    return arena_string(&f->arena, arena_printf(&f->arena, "%s/%s", f->address, name));
}

static void run_sql(struct fixture *f, const char *sql)
{
    sqlite3 *db;
    char *problem = NULL;
    assert_int_equal(sqlite3_open(path_of(f, "flawless.db"), &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &problem) != SQLITE_OK)
        fail_msg("%s", problem);
    sqlite3_close(db);
}

static int64_t ask_sql(struct fixture *f, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(path_of(f, "flawless.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

static void start_empty(struct fixture *f)
{
    store_close(f->store);
    f->store = NULL;
    temporary_empty(f->address);
}

static void write_file(struct fixture *f, const char *name, const char *content)
{
    FILE *file = fopen(path_of(f, name), "w");
    assert_non_null(file);
    fputs(content, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_refused(struct fixture *f, const char *address, enum store_mode mode,
                           const char *words)
{
    struct store *store;
    assert_fails(f, ERROR_CONFIG, store_open(address, mode, &store, &f->error));
    assert_null(store);
    if (!strstr(f->error.message, words))
        fail_msg("\"%s\" does not say \"%s\"", f->error.message, words);
}

// ---- files ----

static void the_files_belong_to_their_owner_alone(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    const char *const names[] = {"flawless.db", "flawless.db-wal", "flawless.db-shm",
                                 "flawless.lock"};
    int lock;
    report_alone(f, &site, 1, SUNDAY_MS);
    assert_ok(f, store_lock(f->address, &lock, &f->error));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct stat status;
        assert_int_equal(stat(path_of(f, names[i]), &status), 0);
        assert_int_equal(status.st_mode & 0777, 0600);
    }
    close(lock);
}

static void an_empty_file_is_an_empty_store(void **state)
{
    struct fixture *f = *state;
    start_empty(f);
    write_file(f, "flawless.db", "");
    fixture_reopen(f);
    assert_int_equal(count(f).errors, 0);
}

static void what_cannot_be_opened_is_named_with_a_way_out(void **state)
{
    struct fixture *f = *state;
    start_empty(f);
    assert_refused(f, path_of(f, "missing"), STORE_WRITE, "No such file or directory");
    assert_refused(f, path_of(f, "missing"), STORE_READ, path_of(f, "missing"));
    assert_refused(f, f->address, STORE_READ, "start the server once");
    assert_refused(f, "postgresql://localhost/flawless", STORE_WRITE, "no store named postgresql");
    write_file(f, "file", "");
    assert_refused(f, path_of(f, "file"), STORE_WRITE, "is not a directory");
    assert_int_equal(mkdir(path_of(f, "flawless.db"), 0700), 0);
    assert_refused(f, f->address, STORE_WRITE, "is not a file");
    assert_int_equal(rmdir(path_of(f, "flawless.db")), 0);
}

static void other_files_are_not_taken_for_a_store(void **state)
{
    struct fixture *f = *state;
    start_empty(f);
    write_file(f, "flawless.db",
               "This is a text file, and a long one: longer than a header.\n"
               "It is not a database, and must not be made one.\n");
    assert_refused(f, f->address, STORE_WRITE, "not a SQLite database");
    assert_refused(f, f->address, STORE_READ, "not a SQLite database");
    temporary_empty(f->address);
    run_sql(f, "CREATE TABLE recipes (name TEXT)");
    assert_refused(f, f->address, STORE_WRITE, "another program");
    assert_int_equal(ask_sql(f, "SELECT COUNT(*) FROM sqlite_master"), 1);
}

// Root may write everything, so a test run by root looks as somebody else.
static void assert_refused_as_a_stranger(struct fixture *f, const char *words)
{
    struct store *store;
    bool is_root = geteuid() == 0;
    if (is_root)
        assert_int_equal(seteuid(65534), 0);
    bool is_open = store_open(f->address, STORE_WRITE, &store, &f->error);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_false(is_open);
    assert_int_equal(f->error.kind, ERROR_CONFIG);
    if (!strstr(f->error.message, words))
        fail_msg("\"%s\" does not say \"%s\"", f->error.message, words);
}

static void a_directory_or_file_that_is_read_only_is_refused(void **state)
{
    struct fixture *f = *state;
    start_empty(f);
    assert_int_equal(chmod(f->address, 0555), 0);
    assert_refused_as_a_stranger(f, "make the directory writable");
    assert_int_equal(chmod(f->address, 0777), 0);
    fixture_reopen(f);
    store_close(f->store);
    f->store = NULL;
    assert_int_equal(chmod(path_of(f, "flawless.db"), 0444), 0);
    assert_refused_as_a_stranger(f, "Permission denied");
    assert_int_equal(chmod(path_of(f, "flawless.db"), 0666), 0);
    assert_int_equal(chmod(f->address, 0555), 0);
    assert_refused_as_a_stranger(f, "cannot write in the directory");
    assert_int_equal(chmod(f->address, 0700), 0);
}

static void a_reader_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    report_alone(f, &site, 1, SUNDAY_MS);
    store_close(f->store);
    f->store = NULL;
    struct store *reader = fixture_reader(f); // without a server
    struct store_counts counts;
    assert_ok(f, store_count(reader, &counts, &f->error));
    assert_int_equal(counts.occurrences, 1);
    store_close(reader);
}

// ---- schema ----

static void a_newer_schema_is_refused_with_both_versions(void **state)
{
    struct fixture *f = *state;
    char newest[64];
    store_close(f->store);
    f->store = NULL;
    snprintf(newest, sizeof newest,
             "knows up to %lld:", (long long)ask_sql(f, "SELECT version FROM schema_version"));
    run_sql(f, "UPDATE schema_version SET version = 4711");
    assert_refused(f, f->address, STORE_WRITE, "version 4711");
    assert_refused(f, f->address, STORE_WRITE, newest);
    assert_refused(f, f->address, STORE_READ, "version 4711");
    assert_int_equal(ask_sql(f, "SELECT version FROM schema_version"), 4711);
}

static void an_older_schema_is_not_read(void **state)
{
    struct fixture *f = *state;
    store_close(f->store);
    f->store = NULL;
    run_sql(f, "UPDATE schema_version SET version = 0");
    assert_refused(f, f->address, STORE_READ, "version 0");
}

// Each file is a dump of a store that a Flawless of that schema version left, with the same
// content.
static void assert_sample(struct fixture *f)
{
    struct project *projects;
    struct kept_occurrence occurrence;
    struct kept_study study;
    struct outbox_letter *letters;
    size_t n;
    struct store_counts counts = count(f);
    assert_int_equal(counts.errors, 2);
    assert_int_equal(counts.occurrences, 8);
    assert_int_equal(counts.sites_awaiting_blame, 1);
    assert_ok(f, store_list_projects(f->store, &f->arena, &projects, &n, &f->error));
    assert_string_equal(projects[0].key, "0123456789abcdef0123456789abcdef");
    assert_ok(
        f, store_list_letters_to_send(f->store, INT64_MAX, 10, &f->arena, &letters, &n, &f->error));
    assert_int_equal(n, 1);
    assert_text_equal(letters[0].html, "<p>rich</p>");
    struct site cart = make_site("shop/cart.py", 42, "total = price / n");
    struct site_row row = report_alone(f, &cart, 10, SUNDAY_MS + DAY_MS);
    assert_false(row.is_new);
    assert_false(row.awaits_blame);
    assert_int_equal(row.error_count, 7);
    struct error_record record = get_error(f, row.error_id);
    assert_int_equal(record.count, 17);
    assert_int_equal(record.letter_at_ms, SUNDAY_MS + 5);
    assert_int_equal(record.letter_count, 7);
    assert_text_equal(record.ownership.owner_email, "ada@example.com");
    assert_ok(f,
              store_get_occurrence(f->store, row.error_id, 0, &f->arena, &occurrence, &f->error));
    assert_text_equal(occurrence.body, "{\"event_id\":\"e0\"}");
    assert_ok(f, store_get_study(f->store, row.error_id, &f->arena, &study, &f->error));
    assert_true(study.is_waiting || text_equal(study.body, TEXT("{\"revision\":\"r\"}")));
}

static char *read_file(struct fixture *f, const char *path)
{
    struct stat status;
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s is missing: each schema version has a dump of a store that had it", path);
    assert_int_equal(fstat(fileno(file), &status), 0);
    char *content = arena_alloc(&f->arena, (size_t)status.st_size + 1);
    assert_int_equal(fread(content, 1, (size_t)status.st_size, file), status.st_size);
    fclose(file);
    return content;
}

static void every_older_schema_is_brought_up_to_date(void **state)
{
    struct fixture *f = *state;
    int64_t newest = ask_sql(f, "SELECT version FROM schema_version");
    for (int version = 1; version <= newest; version++) {
        start_empty(f);
        char path[512];
        snprintf(path, sizeof path, "%s/%04d.sql", SCHEMAS, version);
        run_sql(f, read_file(f, path));
        assert_int_equal(ask_sql(f, "SELECT version FROM schema_version"), version);
        fixture_reopen(f);
        assert_int_equal(ask_sql(f, "SELECT version FROM schema_version"), newest);
        assert_sample(f);
    }
}

static void the_hot_statements_use_indexes(void **state)
{
    struct fixture *f = *state;
    const char *const queries[] = {
        "SELECT 1 FROM error_hours WHERE project_id = 1 AND hour >= 1 AND hour <= 2",
        "SELECT 1 FROM sites WHERE site_key = x'00'",
        "SELECT 1 FROM sites WHERE project_id = 1 AND path = 'a' AND function_name = 'f'",
        "SELECT 1 FROM sites WHERE blame_at_ms IS NOT NULL AND blame_at_ms <= 1",
        ("SELECT 1 FROM errors WHERE project_id = 1 AND origin_commit = 'c' AND origin_path = 'p'"
         " AND origin_number = 1 AND origin_commit <> ''"),
        "SELECT 1 FROM occurrences WHERE error_id = 1 AND kept_as = 0 AND at_ms <= 1",
        "SELECT 1 FROM occurrences WHERE error_id = 1 ORDER BY at_ms DESC, id DESC",
        "SELECT 1 FROM outbox WHERE state = 1 AND next_try_at_ms <= 1",
        "SELECT 1 FROM outbox WHERE LOWER(to_addresses) = LOWER('a') AND written_at_ms > 1",
        "SELECT 1 FROM held_letters WHERE address = LOWER('a')",
        "SELECT 1 FROM held_letters WHERE error_id = 1",
        "SELECT 1 FROM held_letters WHERE due_at_ms <= 1",
    };
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path_of(f, "flawless.db"), &db), SQLITE_OK);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        sqlite3_stmt *statement;
        char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", queries[i]);
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            const char *plan = (const char *)sqlite3_column_text(statement, 3);
            if (strncmp(plan, "SEARCH", 6) != 0)
                fail_msg("%s: %s", queries[i], plan);
        }
        sqlite3_finalize(statement);
        sqlite3_free(sql);
    }
    sqlite3_close(db);
}

// ---- the write-ahead log ----

static void the_log_stays_small(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    enum { LEN = 200 * 1000 };
    char *body = arena_alloc(&f->arena, LEN);
    uint32_t random = 1;
    struct store *reader = fixture_reader(f);
    for (int i = 0; i < 150; i++) { // 30 MB that do not compress
        for (int k = 0; k < LEN; k++)
            body[k] = (char)((random = random * 1103515245 + 12345) >> 16);
        begin(f);
        int64_t error_id = report(f, &site, 1, SUNDAY_MS + i).error_id;
        keep_occurrence(f, error_id, SUNDAY_MS + i, (struct text){body, LEN}, 1000);
        commit(f);
        struct store_counts counts;
        assert_ok(f, store_count(reader, &counts, &f->error));
        assert_int_equal(counts.occurrences, i + 1);
    }
    struct stat status;
    assert_int_equal(stat(path_of(f, "flawless.db-wal"), &status), 0);
    assert_true(status.st_size < 8 * 1000 * 1000);
    store_close(reader);
}

// ---- the file while it is open ----

static void a_batch_is_not_committed_into_a_file_that_was_removed(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    report_alone(f, &site, 1, SUNDAY_MS);
    temporary_empty(f->address);
    begin(f);
    report(f, &site, 1, SUNDAY_MS);
    assert_fails(f, ERROR_CONFIG, store_commit(f->store, &f->error));
    assert_non_null(strstr(f->error.message, "removed or replaced"));
    store_rollback(f->store);
}

// ---- one server, and subcommands beside it ----

static void a_second_server_is_refused_while_the_first_lives(void **state)
{
    struct fixture *f = *state;
    int lock = -1, second = 0;
    assert_ok(f, store_lock(f->address, &lock, &f->error));
    assert_true(lock >= 0);
    assert_int_equal(fcntl(lock, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    char holder[64];
    snprintf(holder, sizeof holder, "process %ld", (long)getpid());
    for (int i = 0; i < 2; i++) {
        assert_fails(f, ERROR_CONFIG, store_lock(f->address, &second, &f->error));
        assert_int_equal(second, -1);
        assert_non_null(strstr(f->error.message, holder));
        assert_non_null(strstr(f->error.message, f->address));
    }
    close(lock);
    assert_ok(f, store_lock(f->address, &second, &f->error));
    close(second);
}

static void a_killed_server_leaves_no_lock(void **state)
{
    struct fixture *f = *state;
    int lock = -1, pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        bool ok = store_lock(f->address, &lock, &f->error);
        _exit(write(pipes[1], "", 1) == 1 && ok && pause() ? 1 : 0);
    }
    char byte;
    close(pipes[1]);
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    assert_fails(f, ERROR_CONFIG, store_lock(f->address, &lock, &f->error));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_ok(f, store_lock(f->address, &lock, &f->error));
    close(lock);
    close(pipes[0]);
}

static void a_project_is_read_beside_an_open_batch(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    struct project project;
    struct store *other;
    begin(f);
    report(f, &site, 1, SUNDAY_MS);
    assert_ok(f, store_open(f->address, STORE_WRITE, &other, &f->error));
    assert_ok(
        f, store_keep_project(other, 1, TEXT("first"), TEXT(""), &f->arena, &project, &f->error));
    store_close(other);
    commit(f);
    assert_int_equal(count(f).occurrences, 1);
}

static void a_project_is_made_beside_a_server(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    struct project project;
    struct store *other;
    report_alone(f, &site, 1, SUNDAY_MS);
    assert_ok(f, store_open(f->address, STORE_WRITE, &other, &f->error));
    assert_ok(
        f, store_keep_project(other, 2, TEXT("second"), TEXT(""), &f->arena, &project, &f->error));
    store_close(other);
    site.project_id = 2;
    report_alone(f, &site, 1, SUNDAY_MS);
    assert_int_equal(count(f).errors, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(the_files_belong_to_their_owner_alone),
        contract_test(an_empty_file_is_an_empty_store),
        contract_test(what_cannot_be_opened_is_named_with_a_way_out),
        contract_test(other_files_are_not_taken_for_a_store),
        contract_test(a_directory_or_file_that_is_read_only_is_refused),
        contract_test(a_reader_changes_nothing),
        contract_test(a_newer_schema_is_refused_with_both_versions),
        contract_test(an_older_schema_is_not_read),
        contract_test(every_older_schema_is_brought_up_to_date),
        contract_test(the_hot_statements_use_indexes),
        contract_test(the_log_stays_small),
        contract_test(a_batch_is_not_committed_into_a_file_that_was_removed),
        contract_test(a_second_server_is_refused_while_the_first_lives),
        contract_test(a_killed_server_leaves_no_lock),
        contract_test(a_project_is_read_beside_an_open_batch),
        contract_test(a_project_is_made_beside_a_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
