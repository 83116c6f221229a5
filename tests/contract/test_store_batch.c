// SPDX-License-Identifier: MIT
// Projects, batches, sites, tallies.
#include "contract.h"

// ---- projects ----

static void a_project_is_made_once_with_a_random_key(void **state)
{
    struct fixture *f = *state;
    struct project first, again, other;
    assert_ok(
        f, store_keep_project(f->store, 7, TEXT("seven"), TEXT(""), &f->arena, &first, &f->error));
    assert_int_equal(first.id, 7);
    assert_text_equal(first.name, "seven");
    assert_int_equal(strlen(first.key), 32);
    assert_int_equal(strspn(first.key, "0123456789abcdef"), 32);
    fixture_reopen(f);
    assert_ok(f, store_keep_project(f->store, 7, TEXT(""), TEXT(""), &f->arena, &again, &f->error));
    assert_string_equal(again.key, first.key);
    assert_text_equal(again.name, "seven");
    assert_ok(
        f, store_keep_project(f->store, 8, TEXT("eight"), TEXT(""), &f->arena, &other, &f->error));
    assert_string_not_equal(other.key, first.key);
}

static void another_name_replaces_the_stored_one(void **state)
{
    struct fixture *f = *state;
    struct project first, again;
    assert_ok(
        f, store_keep_project(f->store, 7, TEXT("seven"), TEXT(""), &f->arena, &first, &f->error));
    fixture_reopen(f);
    assert_ok(f, store_keep_project(f->store, 7, TEXT("other name"), TEXT(""), &f->arena, &again,
                                    &f->error));
    assert_text_equal(again.name, "other name");
    assert_string_equal(again.key, first.key);
}

static void a_given_key_replaces_the_stored_one(void **state)
{
    struct fixture *f = *state;
    struct project project, *projects;
    size_t project_n;
    const char *key = "0123456789abcdef0123456789abcdef";
    assert_ok(
        f, store_keep_project(f->store, 1, TEXT(""), text_of(key), &f->arena, &project, &f->error));
    assert_string_equal(project.key, key);
    assert_text_equal(project.name, "first");
    fixture_reopen(f);
    assert_ok(f, store_list_projects(f->store, &f->arena, &projects, &project_n, &f->error));
    assert_int_equal(project_n, 1);
    assert_string_equal(projects[0].key, key);
}

static void a_key_that_is_none_is_refused(void **state)
{
    struct fixture *f = *state;
    struct project project;
    const char *const wrong[] = {
        "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcde",
        "0123456789abcdef0123456789abcdefa", "0123456789abcdef0123456789abcde'"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_fails(f, ERROR_CONFIG,
                     store_keep_project(f->store, 1, TEXT(""), text_of(wrong[i]), &f->arena,
                                        &project, &f->error));
    struct text with_nul = {"0123456789abcdef0123456789abcde\0", 32};
    assert_fails(
        f, ERROR_CONFIG,
        store_keep_project(f->store, 1, TEXT(""), with_nul, &f->arena, &project, &f->error));
}

static void projects_are_listed_by_id(void **state)
{
    struct fixture *f = *state;
    struct project project, *projects;
    size_t project_n;
    assert_ok(f, store_keep_project(f->store, INT64_MAX, TEXT("last"), TEXT(""), &f->arena,
                                    &project, &f->error));
    assert_ok(f, store_keep_project(f->store, 3, TEXT("third"), TEXT(""), &f->arena, &project,
                                    &f->error));
    assert_ok(f, store_list_projects(f->store, &f->arena, &projects, &project_n, &f->error));
    assert_int_equal(project_n, 3);
    assert_text_equal(projects[0].name, "first");
    assert_text_equal(projects[1].name, "third");
    assert_text_equal(projects[2].name, "last");
}

// ---- sites ----

static void a_new_site_has_a_new_error_that_waits_for_its_owner(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x = y");
    begin(f);
    struct site_row row = keep_site(f, &site, SUNDAY_MS);
    commit(f);
    assert_true(row.is_new);
    assert_true(row.awaits_blame);
    assert_int_equal(row.error_count, 0);
    struct error_record record = get_error(f, row.error_id);
    assert_int_equal(record.id, row.error_id);
    assert_int_equal(record.project_id, 1);
    assert_text_equal(record.path, "a.py");
    assert_text_equal(record.function, "handle");
    assert_text_equal(record.text, "x = y");
    assert_int_equal(record.line_number, 3);
    assert_int_equal(record.ownership.state, OWNER_WAITING);
    assert_int_equal(record.count, 0);
    assert_int_equal(record.first_seen_at_ms, SUNDAY_MS);
    assert_int_equal(record.letter_at_ms, 0);
    assert_int_equal(record.line.commit.len, 0);
}

static void an_equal_site_is_the_same_site(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x = y");
    struct site_row first = report_alone(f, &site, 5, SUNDAY_MS);
    fixture_reopen(f);
    begin(f);
    struct site_row again = keep_site(f, &site, SUNDAY_MS + 1);
    commit(f);
    assert_false(again.is_new);
    assert_true(again.awaits_blame);
    assert_int_equal(again.site_id, first.site_id);
    assert_int_equal(again.error_id, first.error_id);
    assert_int_equal(again.error_count, 5);
}

static void every_part_of_a_site_makes_it_another(void **state)
{
    struct fixture *f = *state;
    struct project project;
    assert_ok(f, store_keep_project(f->store, 2, TEXT("second"), TEXT(""), &f->arena, &project,
                                    &f->error));
    struct site site = make_site("a.py", 3, "x = y");
    struct site others[] = {site, site, site, site, site, site};
    others[0].project_id = 2;
    others[1].revision = TEXT("");
    others[2].path = TEXT("b.py");
    others[3].function = TEXT("");
    others[4].text = TEXT("x = y ");
    others[5].line_number = 4;
    int64_t first_id = report_alone(f, &site, 1, SUNDAY_MS).error_id;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct site_row row = report_alone(f, &others[i], 1, SUNDAY_MS);
        assert_true(row.is_new);
        assert_int_not_equal(row.error_id, first_id);
    }
    assert_int_equal(count(f).errors, 7);
}

static void a_site_of_an_unknown_project_is_refused(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x = y");
    struct site_row row;
    site.project_id = 99;
    begin(f);
    f->error = (struct error){0};
    assert_false(store_keep_site(f->store, &site, SUNDAY_MS, &row, &f->error));
    assert_true(f->error.message[0]);
    assert_fails(f, ERROR_SYSTEM, store_commit(f->store, &f->error)); // a part is missing
    store_rollback(f->store);
    assert_int_equal(count(f).errors, 0);
}

static void a_site_without_our_frames_awaits_no_blame(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("", 0, "");
    struct blame_job *jobs;
    size_t job_n;
    site.is_unowned = true;
    begin(f);
    struct site_row row = keep_site(f, &site, SUNDAY_MS);
    struct site_row again = keep_site(f, &site, SUNDAY_MS);
    commit(f);
    assert_true(row.is_new);
    assert_false(row.awaits_blame);
    assert_false(again.awaits_blame);
    assert_int_equal(get_error(f, row.error_id).ownership.state, OWNER_NONE);
    assert_ok(f, store_list_blame_jobs(f->store, SUNDAY_MS + DAY_MS, 10, &f->arena, &jobs, &job_n,
                                       &f->error));
    assert_int_equal(job_n, 0);
    assert_int_equal(count(f).sites_awaiting_blame, 0);
}

// ---- tallies ----

static void tallies_add_up_and_the_newest_report_is_shown(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x = y");
    int64_t error_id = report_alone(f, &site, 5, SUNDAY_MS).error_id;
    struct site moved = make_site("new/a.py", 8, "x = yy");
    struct tally tally = {.error_id = error_id,
                          .count = 2,
                          .now_ms = SUNDAY_MS + 10,
                          .site = &moved,
                          .exception_type = TEXT("KeyError"),
                          .message = TEXT("'k'"),
                          .threshold = 12};
    begin(f);
    assert_ok(f, store_tally(f->store, &tally, &f->error));
    commit(f);
    fixture_reopen(f);
    struct error_record record = get_error(f, error_id);
    assert_int_equal(record.count, 7);
    assert_int_equal(record.first_seen_at_ms, SUNDAY_MS);
    assert_int_equal(record.last_seen_at_ms, SUNDAY_MS + 10);
    assert_text_equal(record.path, "new/a.py");
    assert_int_equal(record.line_number, 8);
    assert_text_equal(record.text, "x = yy");
    assert_text_equal(record.exception_type, "KeyError");
    assert_text_equal(record.message, "'k'");
    assert_int_equal(record.threshold, 12);
}

static void a_tally_of_no_error_or_of_nothing_is_refused(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x = y");
    struct tally tally = {.error_id = 12345, .count = 1, .now_ms = SUNDAY_MS, .site = &site};
    begin(f);
    assert_fails(f, ERROR_NOT_FOUND, store_tally(f->store, &tally, &f->error));
    store_rollback(f->store);
    begin(f);
    tally.error_id = keep_site(f, &site, SUNDAY_MS).error_id;
    tally.count = 0;
    assert_fails(f, ERROR_INPUT, store_tally(f->store, &tally, &f->error));
    tally.count = INT64_MIN;
    assert_fails(f, ERROR_INPUT, store_tally(f->store, &tally, &f->error));
    store_rollback(f->store);
    assert_int_equal(count(f).errors, 0);
}

static void counts_stop_at_the_largest_number(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", INT64_MAX, "x = y");
    struct site other = make_site("b.py", INT64_MIN, "x = y");
    struct variant *variants;
    struct week_row *rows;
    size_t n;
    int64_t error_id = report_alone(f, &site, INT64_MAX - 1, SUNDAY_MS).error_id;
    report_alone(f, &site, 1, SUNDAY_MS);
    assert_int_equal(get_error(f, error_id).count, INT64_MAX);
    report_alone(f, &site, INT64_MAX, SUNDAY_MS);
    report_alone(f, &site, INT64_MAX, SUNDAY_MS + HOUR_MS);
    int64_t other_id = report_alone(f, &other, INT64_MAX, SUNDAY_MS).error_id;
    assert_int_equal(get_error(f, error_id).count, INT64_MAX);
    assert_int_equal(get_error(f, error_id).line_number, INT64_MAX);
    assert_int_equal(get_error(f, other_id).line_number, INT64_MIN);
    assert_int_equal(count(f).occurrences, INT64_MAX);
    assert_ok(f, store_list_week(f->store, 1, SUNDAY_MS, SUNDAY_MS + DAY_MS, &f->arena, &rows, &n,
                                 &f->error));
    assert_int_equal(n, 2);
    assert_int_equal(rows[0].week_count, INT64_MAX);
    assert_int_equal(rows[1].week_count, INT64_MAX);
    assert_ok(f, store_list_variants(f->store, error_id, &f->arena, &variants, &n, &f->error));
    assert_int_equal(n, 1);
    assert_int_equal(variants[0].count, INT64_MAX);
}

static void any_moment_of_the_clock_is_kept(void **state)
{
    struct fixture *f = *state;
    const int64_t moments[] = {0, -1, -HOUR_MS, INT64_MAX, INT64_MIN};
    struct week_row *rows;
    size_t n;
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        struct site site = make_site("a.py", (int64_t)i, "x");
        begin(f);
        int64_t error_id = report(f, &site, 1, moments[i]).error_id;
        keep_occurrence(f, error_id, moments[i], TEXT("{}"), 1);
        keep_occurrence(f, error_id, moments[i], TEXT("{}"), 1);
        commit(f);
        assert_int_equal(get_error(f, error_id).last_seen_at_ms, moments[i]);
    }
    assert_ok(f, store_list_week(f->store, 1, -HOUR_MS, 0, &f->arena, &rows, &n, &f->error));
    assert_int_equal(n, 2);
    assert_ok(f,
              store_list_week(f->store, 1, INT64_MIN, INT64_MAX, &f->arena, &rows, &n, &f->error));
    assert_int_equal(n, 5);
}

// ---- texts ----

static struct text long_text(struct fixture *f, size_t len)
{
    char *at = arena_alloc(&f->arena, len);
    for (size_t i = 0; i < len; i++)
        at[i] = "abcdefghijklmnop\n"[i % 17];
    return (struct text){at, len};
}

static void long_and_odd_texts_come_back_as_they_were(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a'; DROP TABLE errors; --.py", 3, "\xf0\x9f\x98\x80 % \\ \" ?1");
    site.function = long_text(f, 8192);
    begin(f);
    struct site_row row = keep_site(f, &site, SUNDAY_MS);
    struct tally tally = {.error_id = row.error_id,
                          .count = 1,
                          .now_ms = SUNDAY_MS,
                          .site = &site,
                          .exception_type = long_text(f, 1000),
                          .message = long_text(f, 100000)};
    assert_ok(f, store_tally(f->store, &tally, &f->error));
    commit(f);
    fixture_reopen(f);
    struct error_record record = get_error(f, row.error_id);
    assert_true(text_equal(record.path, site.path));
    assert_true(text_equal(record.text, site.text));
    assert_true(text_equal(record.function, site.function));
    assert_true(text_equal(record.exception_type, tally.exception_type));
    assert_true(text_equal(record.message, tally.message));
}

static void a_nul_ends_no_text(void **state)
{
    struct fixture *f = *state;
    struct site one = make_site("a.py", 3, ""), two = make_site("a.py", 3, "");
    one.text = TEXT("begin\0one");
    two.text = TEXT("begin\0two");
    int64_t one_id = report_alone(f, &one, 1, SUNDAY_MS).error_id;
    int64_t two_id = report_alone(f, &two, 1, SUNDAY_MS).error_id;
    assert_int_not_equal(one_id, two_id);
    assert_true(text_starts(get_error(f, one_id).text, TEXT("begin")));
    assert_true(text_ends(get_error(f, one_id).text, TEXT("one")));
    struct error_record found;
    assert_ok(f, store_find_error(f->store, &two, &f->arena, &found, &f->error));
    assert_int_equal(found.id, two_id);
    assert_ok(f, store_find_error(f->store, &one, &f->arena, &found, &f->error));
    assert_int_equal(found.id, one_id);
}

// ---- batches ----

static void a_batch_that_is_rolled_back_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct site known = make_site("a.py", 3, "x"), other = make_site("b.py", 3, "x");
    struct site_row row = report_alone(f, &known, 4, SUNDAY_MS);
    begin(f);
    report(f, &known, 100, SUNDAY_MS + 1);
    report(f, &other, 100, SUNDAY_MS + 1);
    keep_occurrence(f, row.error_id, SUNDAY_MS + 1, TEXT("{}"), 50);
    settle(f, row.site_id, make_line("c1", 1), "ada@example.com");
    struct outbox_letter letter = {.error_id = row.error_id,
                                   .message_id = TEXT("m1"),
                                   .state = OUTBOX_WAITING,
                                   .written_at_ms = SUNDAY_MS};
    assert_ok(f, store_add_letter(f->store, &letter, &f->error));
    store_rollback(f->store);
    for (int i = 0; i < 2; i++) {
        struct store_counts counts = count(f);
        assert_int_equal(counts.errors, 1);
        assert_int_equal(counts.occurrences, 4);
        assert_int_equal(counts.sites_awaiting_blame, 1);
        assert_int_equal(counts.letters_waiting, 0);
        struct error_record record = get_error(f, row.error_id);
        assert_int_equal(record.last_seen_at_ms, SUNDAY_MS);
        assert_int_equal(record.letter_at_ms, 0);
        assert_int_equal(record.ownership.state, OWNER_WAITING);
        int64_t at_ms[2];
        assert_int_equal(list_occurrences(f, row.error_id, at_ms, 2), 0);
        fixture_reopen(f);
    }
}

static void a_batch_that_is_left_open_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    begin(f);
    report(f, &site, 100, SUNDAY_MS);
    fixture_reopen(f);
    assert_int_equal(count(f).errors, 0);
}

static void rolling_back_nothing_is_fine_and_the_next_batch_works(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    store_rollback(f->store);
    begin(f);
    store_rollback(f->store);
    store_rollback(f->store);
    report_alone(f, &site, 1, SUNDAY_MS);
    begin(f);
    commit(f);
    assert_int_equal(count(f).occurrences, 1);
}

static void closing_no_store_is_fine(void **state)
{
    (void)state;
    store_close(NULL);
}

static void a_missing_error_is_not_found(void **state)
{
    struct fixture *f = *state;
    struct error_record record;
    assert_fails(f, ERROR_NOT_FOUND, store_get_error(f->store, 1, &f->arena, &record, &f->error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(a_project_is_made_once_with_a_random_key),
        contract_test(another_name_replaces_the_stored_one),
        contract_test(a_given_key_replaces_the_stored_one),
        contract_test(a_key_that_is_none_is_refused),
        contract_test(projects_are_listed_by_id),
        contract_test(a_new_site_has_a_new_error_that_waits_for_its_owner),
        contract_test(an_equal_site_is_the_same_site),
        contract_test(every_part_of_a_site_makes_it_another),
        contract_test(a_site_of_an_unknown_project_is_refused),
        contract_test(a_site_without_our_frames_awaits_no_blame),
        contract_test(tallies_add_up_and_the_newest_report_is_shown),
        contract_test(a_tally_of_no_error_or_of_nothing_is_refused),
        contract_test(counts_stop_at_the_largest_number),
        contract_test(any_moment_of_the_clock_is_kept),
        contract_test(long_and_odd_texts_come_back_as_they_were),
        contract_test(a_nul_ends_no_text),
        contract_test(a_batch_that_is_rolled_back_leaves_nothing),
        contract_test(a_batch_that_is_left_open_leaves_nothing),
        contract_test(rolling_back_nothing_is_fine_and_the_next_batch_works),
        contract_test(closing_no_store_is_fine),
        contract_test(a_missing_error_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
