// SPDX-License-Identifier: MIT
// What pages ask, and that readers see what is committed and nothing else.
#include "contract.h"

static void a_week_has_its_errors_most_first(void **state)
{
    struct fixture *f = *state;
    struct site few = make_site("few.py", 1, "x"), many = make_site("many.py", 1, "x");
    struct site none = make_site("none.py", 1, "x");
    struct week_row *rows;
    size_t row_n;
    report_alone(f, &few, 3, SUNDAY_MS);
    report_alone(f, &few, 1000, SUNDAY_MS - 1);
    report_alone(f, &few, 1000, SUNDAY_MS + 7 * (int64_t)DAY_MS);
    report_alone(f, &many, 4, SUNDAY_MS + HOUR_MS);
    report_alone(f, &many, 5, SUNDAY_MS + 7 * (int64_t)DAY_MS - 1);
    report_alone(f, &none, 9, SUNDAY_MS - DAY_MS);
    struct store *reader = fixture_reader(f);
    assert_ok(f, store_list_week(reader, 1, SUNDAY_MS, SUNDAY_MS + 7 * (int64_t)DAY_MS, &f->arena,
                                 &rows, &row_n, &f->error));
    assert_int_equal(row_n, 2);
    assert_text_equal(rows[0].record.path, "many.py");
    assert_int_equal(rows[0].week_count, 9);
    assert_int_equal(rows[0].record.count, 9);
    assert_text_equal(rows[0].record.exception_type, "ValueError");
    assert_text_equal(rows[1].record.path, "few.py");
    assert_int_equal(rows[1].week_count, 3);
    assert_int_equal(rows[1].record.count, 2003);
    store_close(reader);
}

static void an_empty_span_and_another_project_have_no_errors(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 1, "x");
    struct week_row *rows;
    size_t row_n;
    report_alone(f, &site, 3, SUNDAY_MS);
    assert_ok(
        f, store_list_week(f->store, 1, SUNDAY_MS, SUNDAY_MS, &f->arena, &rows, &row_n, &f->error));
    assert_int_equal(row_n, 0);
    assert_ok(f, store_list_week(f->store, 1, SUNDAY_MS + DAY_MS, SUNDAY_MS, &f->arena, &rows,
                                 &row_n, &f->error));
    assert_int_equal(row_n, 0);
    assert_ok(f, store_list_week(f->store, 2, 0, INT64_MAX, &f->arena, &rows, &row_n, &f->error));
    assert_int_equal(row_n, 0);
    assert_ok(f, store_list_week(f->store, 1, 0, INT64_MAX, &f->arena, &rows, &row_n, &f->error));
    assert_int_equal(row_n, 1);
}

static void a_week_of_thousands_of_errors_is_whole(void **state)
{
    struct fixture *f = *state;
    struct week_row *rows;
    size_t row_n;
    begin(f);
    for (int i = 0; i < 5000; i++) {
        struct site site = make_site("a.py", i, "x");
        report(f, &site, i + 1, SUNDAY_MS + i % 3 * HOUR_MS);
    }
    commit(f);
    assert_ok(f, store_list_week(f->store, 1, SUNDAY_MS, SUNDAY_MS + DAY_MS, &f->arena, &rows,
                                 &row_n, &f->error));
    assert_int_equal(row_n, 5000);
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(rows[i].week_count, 5000 - i);
        assert_int_equal(rows[i].record.line_number, 4999 - i);
    }
}

// ---- finding by place ----

static int64_t find(struct fixture *f, const struct site *place)
{
    struct error_record record;
    assert_ok(f, store_find_error(f->store, place, &f->arena, &record, &f->error));
    return record.id;
}

static void a_place_is_found_exactly_or_as_the_newest_that_fits(void **state)
{
    struct fixture *f = *state;
    struct site ten = make_site("a.py", 10, "x = 1"), twenty = make_site("a.py", 20, "x = 1");
    struct site other = make_site("a.py", 30, "y = 2");
    int64_t ten_id = report_alone(f, &ten, 1, SUNDAY_MS + 2).error_id;
    int64_t twenty_id = report_alone(f, &twenty, 1, SUNDAY_MS + 3).error_id;
    int64_t other_id = report_alone(f, &other, 1, SUNDAY_MS + 4).error_id;
    const struct {
        const char *text;
        int64_t line_number, error_id;
    } cases[] = {
        {"x = 1", 10, ten_id},  {"x = 1", 20, twenty_id}, {"y = 2", 30, other_id},
        {"", 10, ten_id},       {"", 30, other_id},       {"x = 1", 0, twenty_id},
        {"y = 2", 0, other_id}, {"", 0, other_id},        {"x = 1", 99, twenty_id},
        {"gone", 10, ten_id},   {"gone", 99, other_id},   {"x = 1", 30, twenty_id},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct site place = make_site("a.py", cases[i].line_number, cases[i].text);
        place.revision = TEXT("");
        assert_int_equal(find(f, &place), cases[i].error_id);
    }
}

static void of_equal_places_the_given_revision_or_the_newest_is_found(void **state)
{
    struct fixture *f = *state;
    struct site old = make_site("a.py", 10, "x"), new = make_site("a.py", 10, "x");
    old.revision = TEXT("1.0");
    new.revision = TEXT("2.0");
    int64_t new_id = report_alone(f, &new, 1, SUNDAY_MS).error_id;
    int64_t old_id = report_alone(f, &old, 1, SUNDAY_MS + 5).error_id;
    struct site place = make_site("a.py", 10, "x");
    place.revision = TEXT("");
    assert_int_equal(find(f, &place), old_id);
    assert_int_equal(find(f, &new), new_id);
    report_alone(f, &new, 1, SUNDAY_MS + 9);
    assert_int_equal(find(f, &place), new_id);
}

static void path_function_and_project_must_fit(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 10, "x");
    report_alone(f, &site, 1, SUNDAY_MS);
    struct site others[] = {site, site, site};
    others[0].path = TEXT("A.py");
    others[1].function = TEXT("");
    others[2].project_id = 2;
    struct error_record record;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_fails(f, ERROR_NOT_FOUND,
                     store_find_error(f->store, &others[i], &f->arena, &record, &f->error));
}

static void variants_are_counted_by_exception_type(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 10, "x");
    struct variant *variants;
    size_t n;
    int64_t error_id = report_alone(f, &site, 3, SUNDAY_MS).error_id;
    const char *const types[] = {"KeyError", "", "KeyError"};
    begin(f);
    for (int i = 0; i < 3; i++) {
        struct tally tally = {.error_id = error_id,
                              .count = 2,
                              .now_ms = SUNDAY_MS + 1 + i,
                              .site = &site,
                              .exception_type = text_of(types[i])};
        assert_ok(f, store_tally(f->store, &tally, &f->error));
    }
    commit(f);
    assert_ok(f, store_list_variants(f->store, error_id, &f->arena, &variants, &n, &f->error));
    assert_int_equal(n, 3);
    assert_text_equal(variants[0].exception_type, "KeyError");
    assert_int_equal(variants[0].count, 4);
    assert_int_equal(variants[0].last_seen_at_ms, SUNDAY_MS + 3);
    assert_text_equal(variants[1].exception_type, "ValueError");
    assert_int_equal(variants[1].count, 3);
    assert_text_equal(variants[2].exception_type, "");
    assert_ok(f, store_list_variants(f->store, 999, &f->arena, &variants, &n, &f->error));
    assert_int_equal(n, 0);
}

static void an_empty_store_counts_nothing(void **state)
{
    struct fixture *f = *state;
    struct store_counts counts = count(f);
    const struct store_counts nothing = {0};
    assert_memory_equal(&counts, &nothing, sizeof counts);
}

// ---- readers ----

static void a_reader_sees_committed_batches_only_and_never_waits(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 10, "x");
    struct error_record record;
    struct week_row *rows;
    size_t row_n;
    int64_t error_id = report_alone(f, &site, 3, SUNDAY_MS).error_id;
    struct store *reader = fixture_reader(f), *other = fixture_reader(f);
    begin(f);
    report(f, &site, 4, SUNDAY_MS);
    assert_ok(f, store_get_error(reader, error_id, &f->arena, &record, &f->error));
    assert_int_equal(record.count, 3);
    assert_ok(f, store_list_week(other, 1, SUNDAY_MS, SUNDAY_MS + 1, &f->arena, &rows, &row_n,
                                 &f->error));
    assert_int_equal(rows[0].week_count, 3);
    assert_int_equal(get_error(f, error_id).count, 7); // the writer sees its own
    commit(f);
    assert_ok(f, store_get_error(reader, error_id, &f->arena, &record, &f->error));
    assert_int_equal(record.count, 7);
    assert_ok(f, store_list_week(other, 1, SUNDAY_MS, SUNDAY_MS + 1, &f->arena, &rows, &row_n,
                                 &f->error));
    assert_int_equal(rows[0].week_count, 7);
    store_close(reader);
    store_close(other);
}

static void the_writer_may_list_a_week_inside_a_batch(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 10, "x");
    struct week_row *rows;
    size_t row_n;
    begin(f);
    report(f, &site, 4, SUNDAY_MS);
    assert_ok(f, store_list_week(f->store, 1, SUNDAY_MS, SUNDAY_MS + 1, &f->arena, &rows, &row_n,
                                 &f->error));
    assert_int_equal(row_n, 1);
    commit(f);
    assert_int_equal(count(f).occurrences, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(a_week_has_its_errors_most_first),
        contract_test(an_empty_span_and_another_project_have_no_errors),
        contract_test(a_week_of_thousands_of_errors_is_whole),
        contract_test(a_place_is_found_exactly_or_as_the_newest_that_fits),
        contract_test(of_equal_places_the_given_revision_or_the_newest_is_found),
        contract_test(path_function_and_project_must_fit),
        contract_test(variants_are_counted_by_exception_type),
        contract_test(an_empty_store_counts_nothing),
        contract_test(a_reader_sees_committed_batches_only_and_never_waits),
        contract_test(the_writer_may_list_a_week_inside_a_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
