// SPDX-License-Identifier: MIT
// Errors that somebody marked as fixed, and what brings them back.
#include "contract.h"

#include "io/store_fixed.h"
#include "io/store_rules.h"

#define FIX   "5555555555555555555555555555555555555555"
#define OTHER "6666666666666666666666666666666666666666"

static void mark(struct fixture *f, int64_t error_id, bool is_fixed, int64_t at_ms)
{
    struct fixed_mark mark = {.project_id = 1,
                              .error_id = error_id,
                              .is_fixed = is_fixed,
                              .who = TEXT("ann"),
                              .commit = TEXT(FIX),
                              .at_ms = at_ms};
    begin(f);
    assert_ok(f, store_mark_fixed(f->store, &mark, &f->error));
    commit(f);
}

// An error of one site that is settled; its letter was written.
static struct site_row make_told(struct fixture *f, const struct site *site, const char *commit_)
{
    struct site_row row = report_alone(f, site, 3, SUNDAY_MS);
    struct outbox_letter letter = {
        .error_id = row.error_id, .message_id = text_of(commit_), .written_at_ms = SUNDAY_MS + 1};
    begin(f);
    settle(f, row.site_id, make_line(commit_, 1), "ada@example.com");
    assert_ok(f, store_add_letter(f->store, &letter, &f->error));
    commit(f);
    return row;
}

static void count_since(struct fixture *f, int64_t site_id, int64_t n, int64_t now_ms)
{
    begin(f);
    assert_ok(f, store_count_since_fix(f->store, site_id, n, now_ms, &f->error));
    commit(f);
}

static struct seen_again *list_seen(struct fixture *f, int64_t error_id, size_t expected_n)
{
    struct seen_again *seen;
    size_t n = 0;
    assert_ok(f, store_list_seen_again(f->store, error_id, &f->arena, &seen, &n, &f->error));
    assert_int_equal(n, expected_n);
    return seen;
}

static struct blame_job *list_jobs(struct fixture *f, size_t expected_n)
{
    struct blame_job *jobs;
    size_t n = 0;
    assert_ok(f, store_list_blame_jobs(f->store, INT64_MAX, 10, &f->arena, &jobs, &n, &f->error));
    assert_int_equal(n, expected_n);
    return jobs;
}

static void ask(struct fixture *f, int64_t site_id)
{
    begin(f);
    assert_ok(f, store_ask_about_fix(f->store, site_id, SUNDAY_MS, &f->error));
    commit(f);
}

static int64_t answer(struct fixture *f, int64_t site_id, const char *fix, enum fix_age age)
{
    int64_t error_id = 0;
    begin(f);
    assert_ok(f,
              store_answer_about_fix(f->store, site_id, text_of(fix), age, &error_id, &f->error));
    commit(f);
    return error_id;
}

static void a_mark_stays_and_can_be_taken_back(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    struct site_row row = make_told(f, &site, "c1");
    struct audit_entry *entries;
    size_t n;
    assert_false(report_alone(f, &site, 1, SUNDAY_MS).is_fixed);
    mark(f, row.error_id, true, SUNDAY_MS + 9);
    fixture_reopen(f);
    struct error_record record = get_error(f, row.error_id);
    assert_int_equal(record.fixed_at_ms, SUNDAY_MS + 9);
    assert_text_equal(record.fixed_by, "ann");
    assert_text_equal(record.fixed_commit, FIX);
    assert_int_equal(record.letter_at_ms, SUNDAY_MS + 1);
    assert_true(report_alone(f, &site, 1, SUNDAY_MS).is_fixed);
    mark(f, row.error_id, false, SUNDAY_MS + 10);
    record = get_error(f, row.error_id);
    assert_int_equal(record.fixed_at_ms, 0);
    assert_text_equal(record.fixed_by, "");
    assert_text_equal(record.fixed_commit, "");
    assert_int_equal(record.letter_at_ms, SUNDAY_MS + 1);
    assert_ok(f, store_list_audit(f->store, 1, 0, 10, &f->arena, &entries, &n, &f->error));
    assert_int_equal(n, 2);
    assert_text_equal(entries[1].file, AUDIT_FIXED);
    assert_text_equal(entries[1].who, "ann");
    assert_int_equal(entries[1].rule_id, row.error_id);
    assert_int_equal(entries[1].before.len, 0);
    assert_text_equal(entries[1].after, "{\"filename\":\"a.py\",\"function_name\":\"handle\","
                                        "\"line_number\":3,\"commit\":\"" FIX "\"}");
    assert_text_equal(entries[0].before, "{\"filename\":\"a.py\",\"function_name\":\"handle\","
                                         "\"line_number\":3,\"commit\":\"" FIX "\"}");
    assert_int_equal(entries[0].after.len, 0);
}

static void an_error_of_another_project_cannot_be_marked(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    struct fixed_mark of_nothing = {.project_id = 1, .error_id = 4711, .is_fixed = true},
                      of_other = {.project_id = 2, .is_fixed = true, .at_ms = SUNDAY_MS};
    of_other.error_id = make_told(f, &site, "c1").error_id;
    begin(f);
    assert_fails(f, ERROR_NOT_FOUND, store_mark_fixed(f->store, &of_nothing, &f->error));
    assert_fails(f, ERROR_NOT_FOUND, store_mark_fixed(f->store, &of_other, &f->error));
    store_rollback(f->store);
    assert_int_equal(get_error(f, of_other.error_id).fixed_at_ms, 0);
}

static void git_is_asked_once_about_a_site_and_an_older_release_is_seen_no_more(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    struct site_row row = make_told(f, &site, "c1");
    mark(f, row.error_id, true, SUNDAY_MS + 9);
    list_seen(f, row.error_id, 0);
    count_since(f, row.site_id, 2, SUNDAY_MS + 10);
    count_since(f, row.site_id, 3, SUNDAY_MS + 11);
    struct seen_again *seen = list_seen(f, row.error_id, 1);
    assert_int_equal(seen[0].site_id, row.site_id);
    assert_text_equal(seen[0].revision, "1.0");
    assert_int_equal(seen[0].age, FIX_NOT_ASKED);
    assert_int_equal(seen[0].count, 5);
    assert_int_equal(seen[0].seen_at_ms, SUNDAY_MS + 11);
    list_jobs(f, 0);
    ask(f, row.site_id);
    fixture_reopen(f);
    list_seen(f, row.error_id, 0); // there is an answer to wait for
    assert_text_equal(list_jobs(f, 1)[0].fixed_commit, FIX);
    // what was asked of the line before says nothing about that
    begin(f);
    assert_int_equal(settle(f, row.site_id, make_line("c9", 1), "x@example.com"), row.error_id);
    commit(f);
    list_jobs(f, 1);
    assert_int_equal(answer(f, row.site_id, OTHER, FIX_CONTAINED), row.error_id);
    list_jobs(f, 1);
    assert_int_equal(answer(f, row.site_id, FIX, FIX_OLDER), row.error_id);
    list_jobs(f, 0);
    count_since(f, row.site_id, 1, SUNDAY_MS + 12);
    list_seen(f, row.error_id, 0);
}

static void a_new_mark_forgets_what_git_said_about_the_last_one(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    struct site_row row = make_told(f, &site, "c1");
    mark(f, row.error_id, true, SUNDAY_MS + 9);
    count_since(f, row.site_id, 2, SUNDAY_MS + 10);
    ask(f, row.site_id);
    mark(f, row.error_id, false, SUNDAY_MS + 11);
    list_jobs(f, 0);
    mark(f, row.error_id, true, SUNDAY_MS + 12);
    answer(f, row.site_id, FIX, FIX_OLDER); // nobody asked
    count_since(f, row.site_id, 1, SUNDAY_MS + 13);
    assert_int_equal(list_seen(f, row.error_id, 1)[0].age, FIX_NOT_ASKED);
}

static void what_came_back_is_as_if_nobody_had_been_told(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    struct site_row row = make_told(f, &site, "c1");
    mark(f, row.error_id, true, SUNDAY_MS + 9);
    report_alone(f, &site, 5, SUNDAY_MS + 10);
    count_since(f, row.site_id, 5, SUNDAY_MS + 10);
    begin(f);
    assert_ok(f, store_bring_back(f->store, row.error_id, 2, SUNDAY_MS + 20, &f->error));
    commit(f);
    fixture_reopen(f);
    struct error_record record = get_error(f, row.error_id);
    assert_int_equal(record.fixed_at_ms, 0);
    assert_int_equal(record.letter_at_ms, 0);
    assert_int_equal(record.back_at_ms, SUNDAY_MS + 20);
    assert_int_equal(record.count, 8);
    assert_int_equal(record.back_count, 6);
    list_seen(f, row.error_id, 0);
}

static void a_site_that_joins_a_fixed_error_is_seen_again(void **state)
{
    struct fixture *f = *state;
    struct site first = make_site("a.py", 3, "x"), second = make_site("a.py", 9, "x");
    second.revision = TEXT("2.0");
    struct site_row row = make_told(f, &first, "c1");
    mark(f, row.error_id, true, SUNDAY_MS + 9);
    struct site_row joins = report_alone(f, &second, 4, SUNDAY_MS + 10);
    assert_false(joins.is_fixed);
    begin(f);
    assert_int_equal(settle(f, joins.site_id, make_line("c1", 1), "ada@example.com"), row.error_id);
    commit(f);
    struct seen_again *seen = list_seen(f, row.error_id, 1);
    assert_text_equal(seen[0].revision, "2.0");
    assert_int_equal(seen[0].count, 4);
    assert_int_equal(seen[0].seen_at_ms, SUNDAY_MS + 10);
    assert_int_equal(get_error(f, row.error_id).fixed_at_ms, SUNDAY_MS + 9);
}

static void a_mark_goes_with_the_error_it_was_set_on(void **state)
{
    struct fixture *f = *state;
    struct site first = make_site("a.py", 3, "x"), second = make_site("a.py", 9, "x");
    struct site_row row = make_told(f, &first, "c1");
    struct site_row joins = report_alone(f, &second, 4, SUNDAY_MS + 10);
    mark(f, joins.error_id, true, SUNDAY_MS + 11);
    begin(f);
    settle(f, joins.site_id, make_line("c1", 1), "ada@example.com");
    commit(f);
    struct error_record record = get_error(f, row.error_id);
    assert_int_equal(record.fixed_at_ms, SUNDAY_MS + 11);
    assert_text_equal(record.fixed_commit, FIX);
    assert_int_equal(record.letter_at_ms, SUNDAY_MS + 1);
    list_seen(f, row.error_id, 0);
}

static bool mark_by_commit(struct fixture *f, int64_t error_id, const char *commit_)
{
    struct fixed_mark mark = {.project_id = 1,
                              .error_id = error_id,
                              .is_fixed = true,
                              .who = TEXT("ada@example.com"),
                              .commit = text_of(commit_),
                              .at_ms = SUNDAY_MS + 9};
    bool is_new = false;
    begin(f);
    assert_ok(f, store_mark_fixed_by_commit(f->store, &mark, &is_new, &f->error));
    commit(f);
    return is_new;
}

static void a_commit_marks_an_error_once(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    struct site_row row = make_told(f, &site, "c1");
    assert_true(mark_by_commit(f, row.error_id, FIX));
    struct error_record record = get_error(f, row.error_id);
    assert_text_equal(record.fixed_by, "ada@example.com");
    assert_text_equal(record.fixed_commit, FIX);
    mark(f, row.error_id, false, SUNDAY_MS + 10);
    fixture_reopen(f);
    assert_false(mark_by_commit(f, row.error_id, FIX));
    assert_int_equal(get_error(f, row.error_id).fixed_at_ms, 0);
    assert_true(mark_by_commit(f, row.error_id, OTHER));
    assert_text_equal(get_error(f, row.error_id).fixed_commit, OTHER);
}

static void a_commit_that_names_no_error_marks_nothing(void **state)
{
    struct fixture *f = *state;
    assert_false(mark_by_commit(f, 4711, FIX));
    assert_false(mark_by_commit(f, 4711, FIX));
}

static struct text find_read(struct fixture *f, int64_t project_id)
{
    struct text read;
    assert_ok(f, store_find_read_commit(f->store, project_id, &f->arena, &read, &f->error));
    return read;
}

static void how_far_commits_were_read_is_remembered_by_project(void **state)
{
    static const char *const commits[] = {FIX, OTHER};
    struct fixture *f = *state;
    assert_text_equal(find_read(f, 1), "");
    for (size_t i = 0; i < sizeof commits / sizeof *commits; i++) {
        begin(f);
        assert_ok(f, store_set_read_commit(f->store, 1, text_of(commits[i]), &f->error));
        commit(f);
        fixture_reopen(f);
        assert_text_equal(find_read(f, 1), commits[i]);
        assert_text_equal(find_read(f, 2), "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(a_commit_marks_an_error_once),
        contract_test(a_commit_that_names_no_error_marks_nothing),
        contract_test(how_far_commits_were_read_is_remembered_by_project),
        contract_test(a_mark_stays_and_can_be_taken_back),
        contract_test(an_error_of_another_project_cannot_be_marked),
        contract_test(git_is_asked_once_about_a_site_and_an_older_release_is_seen_no_more),
        contract_test(a_new_mark_forgets_what_git_said_about_the_last_one),
        contract_test(what_came_back_is_as_if_nobody_had_been_told),
        contract_test(a_site_that_joins_a_fixed_error_is_seen_again),
        contract_test(a_mark_goes_with_the_error_it_was_set_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
