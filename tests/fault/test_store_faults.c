// SPDX-License-Identifier: MIT
// A failing disk, a full disk, lost power, kill -9: an answered commit is never lost, a failed one
// leaves nothing and the next one works.
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract.h"
#include "faulty_files.h"
#include "temporary.h"

enum { BODY = 20 * 1000, BIG_BODY = 1100 * 4096, NEWEST = 3 };

// A batch that does everything: known sites, a new one that merges, an occurrence, a letter. It
// adds BATCH_COUNT occurrences to the error of known_site.
enum { BATCH_COUNT = 11 };
static const struct site known_site = {.project_id = 1,
                                       .revision = {"1.0", 3},
                                       .path = {"known.py", 8},
                                       .function = {"handle", 6},
                                       .text = {"x = y", 5},
                                       .line_number = 1,
                                       .is_mapped = true};

static struct text make_body(struct arena *arena, size_t len)
{
    char *at = arena_alloc(arena, len);
    uint32_t random = 1;
    for (size_t i = 0; i < len; i++)
        at[i] = (char)((random = random * 1103515245 + 12345) >> 16);
    return (struct text){at, len};
}

static bool tally_site(struct store *store, const struct site *site, int64_t count,
                       struct site_row *row, struct error *error)
{
    if (!store_keep_site(store, site, SUNDAY_MS, row, error))
        return false;
    struct tally tally = {.error_id = row->error_id,
                          .count = count,
                          .now_ms = SUNDAY_MS,
                          .site = site,
                          .exception_type = TEXT("ValueError")};
    return store_tally(store, &tally, error);
}

static bool settle_at(struct store *store, int64_t site_id, int64_t *error_id, struct error *error)
{
    struct line_identity line = make_line("c1", 1);
    struct ownership ownership = make_ownership("ada@example.com");
    return store_settle_site(store, site_id, &line, &ownership, error_id, error);
}

static bool add_letter(struct store *store, int64_t error_id, int index, struct error *error)
{
    char message_id[32];
    snprintf(message_id, sizeof message_id, "m%d", index);
    struct outbox_letter letter = {.error_id = error_id,
                                   .message_id = text_of(message_id),
                                   .state = OUTBOX_WAITING,
                                   .written_at_ms = SUNDAY_MS};
    return store_add_letter(store, &letter, error);
}

static bool fill_batch(struct store *store, int index, struct text body, struct error *error)
{
    struct site new_site = known_site;
    struct site_row known, new;
    int64_t error_id = 0;
    new_site.line_number = 1000 + index;
    if (!tally_site(store, &known_site, BATCH_COUNT - 1, &known, error) ||
        !settle_at(store, known.site_id, &error_id, error) ||
        !tally_site(store, &new_site, 1, &new, error))
        return false;
    struct occurrence occurrence = {
        .error_id = new.error_id, .at_ms = SUNDAY_MS + index, .event_id = "e", .body = body};
    return store_keep_occurrence(store, &occurrence, NEWEST, error) &&
           settle_at(store, new.site_id, &error_id, error) &&
           add_letter(store, error_id, index, error);
}

static bool play_batch(struct store *store, int index, size_t body_len, struct error *error)
{
    struct arena arena = {0};
    struct error ignored = {0};
    *error = (struct error){0};
    if (!store_begin(store, error))
        return false;
    bool ok =
        fill_batch(store, index, make_body(&arena, body_len), error) && store_commit(store, error);
    arena_release(&arena);
    if (!ok) // a part must not be committed by mistake
        assert_false(store_commit(store, &ignored) || ignored.kind != ERROR_SYSTEM);
    return ok;
}

// How many batches the store holds; fails the test when it holds a part of one.
static int64_t count_batches(struct store *store)
{
    struct arena arena = {0};
    struct error error = {0};
    struct store_counts counts;
    struct week_row *rows = NULL;
    size_t row_n = 0;
    struct variant *variants = NULL;
    size_t variant_n = 0;
    if (!store_count(store, &counts, &error) ||
        !store_list_week(store, 1, SUNDAY_MS, SUNDAY_MS + HOUR_MS, &arena, &rows, &row_n, &error) ||
        (row_n &&
         !store_list_variants(store, rows[0].record.id, &arena, &variants, &variant_n, &error)))
        fail_msg("%s", error.message);
    int64_t batch_n = counts.occurrences / BATCH_COUNT;
    assert_int_equal(counts.occurrences % BATCH_COUNT, 0);
    assert_int_equal(counts.errors, batch_n > 0);
    assert_int_equal(counts.letters_waiting, batch_n);
    assert_int_equal(counts.sites_awaiting_blame, 0);
    assert_int_equal(row_n, batch_n > 0);
    if (batch_n) {
        assert_int_equal(rows[0].week_count, counts.occurrences);
        assert_int_equal(rows[0].record.count, counts.occurrences);
        assert_int_equal(variant_n, 1);
        assert_int_equal(variants[0].count, counts.occurrences);
    }
    arena_release(&arena);
    return batch_n;
}

static void assert_sound(const char *address)
{
    char path[ADDRESS_SIZE + 16];
    sqlite3 *db;
    sqlite3_stmt *statement;
    snprintf(path, sizeof path, "%s/flawless.db", address);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal(sqlite3_column_text(statement, 0), "ok");
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

// ---- failing writes and syncs ----

static const struct {
    enum fault fault;
    bool is_lasting;
} ways[] = {{FAULT_IO, false}, {FAULT_IO, true}, {FAULT_FULL, false}, {FAULT_FULL, true}};

static void assert_said(const struct error *error, enum fault fault)
{
    assert_int_equal(error->kind, ERROR_SYSTEM);
    const char *words = fault == FAULT_FULL ? "disk is full" : "check the disk";
    if (!strstr(error->message, words) && !strstr(error->message, "ended the batch"))
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
}

// True when the n-th operation was reached.
static bool try_batch(struct fixture *f, int way, int64_t n, int64_t batch_n, size_t body_len)
{
    faulty_fail(ways[way].fault, n, ways[way].is_lasting);
    bool ok = play_batch(f->store, (int)batch_n, body_len, &f->error);
    bool has_failed = faulty_has_failed();
    if (!ok) {
        assert_true(has_failed);
        assert_said(&f->error, ways[way].fault);
        store_rollback(f->store); // while the disk still fails
    }
    faulty_fail(FAULT_NONE, 0, false);
    assert_int_equal(count_batches(f->store), batch_n + ok);
    if (!ok)
        assert_ok(f, play_batch(f->store, (int)batch_n, body_len, &f->error));
    assert_int_equal(count_batches(f->store), batch_n + 1);
    return has_failed;
}

static void whichever_write_or_sync_fails_the_batch_is_whole_or_gone(void **state)
{
    struct fixture *f = *state;
    char baseline[TEMPORARY_SIZE];
    temporary_make(baseline);
    assert_ok(f, play_batch(f->store, 0, BODY, &f->error));
    store_close(f->store);
    f->store = NULL;
    temporary_copy(f->address, baseline);
    for (int way = 0; way < 4; way++) {
        int64_t n = 1;
        for (bool has_failed = true; has_failed; n++) {
            temporary_empty(f->address);
            temporary_copy(baseline, f->address);
            assert_ok(f, store_open(f->address, STORE_WRITE, &f->store, &f->error));
            has_failed = try_batch(f, way, n, 1, BODY);
            store_close(f->store);
            assert_sound(f->address);
            assert_ok(f, store_open(f->address, STORE_WRITE, &f->store, &f->error));
            assert_int_equal(count_batches(f->store), 2);
            store_close(f->store);
            f->store = NULL;
        }
        assert_true(n > 20); // the whole batch passed, not just its beginning
    }
    temporary_remove(baseline);
}

// The cache holds 2 MB, so a batch of 4 MB is written to the log before it is committed.
static void a_big_batch_that_fails_halfway_is_gone(void **state)
{
    struct fixture *f = *state;
    int64_t batch_n = 0;
    for (int way = 0; way < 4; way++) {
        bool has_failed = true;
        for (int64_t n = 1; has_failed; n += 997) {
            has_failed = try_batch(f, way, n, batch_n++, BIG_BODY);
            fixture_reopen(
                f); // with an empty log, so that the batch does not begin with a checkpoint
        }
    }
    assert_int_equal(count_batches(f->store), batch_n);
    store_close(f->store);
    f->store = NULL;
    assert_sound(f->address);
}

// A batch that begins with a checkpoint does not fail for it.
static void a_checkpoint_that_fails_costs_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t batch_n = 0;
    for (int way = 0; way < 2; way++) {
        bool has_failed = true;
        for (int64_t n = 1; has_failed; n += 311) {
            assert_ok(f, play_batch(f->store, (int)batch_n++, BIG_BODY, &f->error));
            has_failed = try_batch(f, way, n, batch_n++, BODY);
            fixture_reopen(f);
            assert_int_equal(count_batches(f->store), batch_n);
        }
    }
    faulty_fail(FAULT_IO, 1, true);
    store_close(f->store); // cannot checkpoint
    faulty_fail(FAULT_NONE, 0, false);
    f->store = NULL;
    fixture_reopen(f);
    assert_int_equal(count_batches(f->store), batch_n);
}

static void a_store_that_could_not_be_made_can_be_made_again(void **state)
{
    struct fixture *f = *state;
    struct project project;
    for (int way = 0; way < 4; way++) {
        bool has_failed = true;
        for (int64_t n = 1; has_failed; n++) {
            store_close(f->store);
            f->store = NULL;
            temporary_empty(f->address);
            faulty_fail(ways[way].fault, n, ways[way].is_lasting);
            f->error = (struct error){0};
            bool ok = store_open(f->address, STORE_WRITE, &f->store, &f->error) &&
                      store_keep_project(f->store, 1, TEXT("p"), TEXT(""), &f->arena, &project,
                                         &f->error);
            has_failed = faulty_has_failed();
            if (!ok) {
                assert_true(has_failed);
                assert_true(f->error.message[0]);
            }
            faulty_fail(FAULT_NONE, 0, false);
            fixture_reopen(f);
            assert_ok(f, store_keep_project(f->store, 1, TEXT("p"), TEXT(""), &f->arena, &project,
                                            &f->error));
            assert_ok(f, play_batch(f->store, 0, BODY, &f->error));
            assert_int_equal(count_batches(f->store), 1);
        }
    }
}

// ---- lost power ----

struct power {
    char after[TEMPORARY_SIZE]; // where the disk is looked at
    int64_t begun_n, answered_n;
    int64_t moments, lost_n; // lost_n: moments at which an unanswered batch was not there
    uint32_t seed;
};

static void look_after_power_loss(void *context)
{
    struct power *p = context;
    struct store *store;
    struct error error = {0};
    temporary_empty(p->after);
    faulty_lose_power(p->after, p->seed++);
    faulty_watch(NULL, NULL);
    if (!store_open(p->after, STORE_WRITE, &store, &error))
        fail_msg("%s", error.message);
    int64_t batch_n = count_batches(store);
    store_close(store);
    assert_sound(p->after);
    assert_true(batch_n >= p->answered_n);
    assert_true(batch_n <= p->begun_n);
    p->moments++;
    p->lost_n += batch_n < p->begun_n;
    faulty_watch(look_after_power_loss, p);
}

static void power_may_go_at_any_moment(void **state)
{
    struct fixture *f = *state;
    struct power *power = calloc(1, sizeof *power);
    temporary_make(power->after);
    power->seed = 1;
    store_close(f->store);
    faulty_watch(look_after_power_loss, power);
    assert_ok(f, store_open(f->address, STORE_WRITE, &f->store, &f->error));
    for (int i = 0; i < 40; i++) {
        power->begun_n++;
        assert_ok(f, play_batch(f->store, i, i % 4 ? BODY : 300 * 1000, &f->error));
        power->answered_n++;
        look_after_power_loss(power);
    }
    store_close(f->store);
    f->store = NULL;
    faulty_watch(NULL, NULL);
    assert_true(power->moments > 120);
    assert_true(power->lost_n > 0);
    temporary_remove(power->after);
    free(power);
}

// ---- kill -9 ----

static void commit_until_killed(const char *address, int64_t index, int answers)
{
    struct store *store;
    struct error error = {0};
    if (!store_open(address, STORE_WRITE, &store, &error))
        _exit(1);
    for (;; index++)
        if (!play_batch(store, (int)index, BODY, &error) || write(answers, "", 1) != 1)
            _exit(1);
}

static void a_killed_writer_loses_no_answered_batch(void **state)
{
    struct fixture *f = *state;
    int64_t batch_n = 0;
    for (int round = 0; round < 8; round++) {
        int answers[2];
        char byte;
        store_close(f->store);
        f->store = NULL;
        assert_int_equal(pipe(answers), 0);
        pid_t child = fork();
        if (child == 0)
            commit_until_killed(f->address, batch_n, answers[1]);
        close(answers[1]);
        int64_t answered_n = 0;
        for (; answered_n < 3 + round * 7 && read(answers[0], &byte, 1) == 1; answered_n++)
            continue;
        assert_int_equal(answered_n, 3 + round * 7);
        kill(child, SIGKILL);
        while (read(answers[0], &byte, 1) == 1)
            answered_n++;
        close(answers[0]);
        waitpid(child, NULL, 0);
        assert_ok(f, store_open(f->address, STORE_WRITE, &f->store, &f->error));
        int64_t now_n = count_batches(f->store);
        assert_true(now_n >= batch_n + answered_n);
        assert_true(now_n <= batch_n + answered_n + 1);
        batch_n = now_n;
    }
}

int main(void)
{
    faulty_install();
    const struct CMUnitTest tests[] = {
        contract_test(whichever_write_or_sync_fails_the_batch_is_whole_or_gone),
        contract_test(a_big_batch_that_fails_halfway_is_gone),
        contract_test(a_checkpoint_that_fails_costs_nothing),
        contract_test(a_store_that_could_not_be_made_can_be_made_again),
        contract_test(power_may_go_at_any_moment),
        contract_test(a_killed_writer_loses_no_answered_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
