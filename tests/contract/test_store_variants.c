// SPDX-License-Identifier: MIT
// An error's exact counts by exception type and caller.
#include "contract.h"

#include <stdio.h>

static void add(struct fixture *f, int64_t error_id, const struct site *site, const char *type,
                const char *caller, int64_t count)
{
    struct tally tally = {.error_id = error_id,
                          .count = count,
                          .now_ms = SUNDAY_MS,
                          .site = site,
                          .exception_type = text_of(type),
                          .caller = text_of(caller)};
    assert_ok(f, store_tally(f->store, &tally, &f->error));
}

// n callers, of which the first was there most often; n * (n + 1) / 2 occurrences.
static struct site_row make_error(struct fixture *f, const struct site *site, const char *prefix,
                                  int n)
{
    struct site_row row;
    char caller[40];
    begin(f);
    assert_ok(f, store_keep_site(f->store, site, SUNDAY_MS, &row, &f->error));
    for (int i = 0; i < n; i++) {
        snprintf(caller, sizeof caller, "%s%03d", prefix, i);
        add(f, row.error_id, site, "KeyError", caller, n - i);
    }
    commit(f);
    return row;
}

static size_t list(struct fixture *f, int64_t error_id, struct variant **variants)
{
    size_t n = 0;
    assert_ok(f, store_list_variants(f->store, error_id, &f->arena, variants, &n, &f->error));
    return n;
}

static int64_t sum(const struct variant *variants, size_t n)
{
    int64_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += variants[i].count;
    return total;
}

static void types_and_callers_are_told_apart(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x()");
    struct variant *variants;
    int64_t error_id = make_error(f, &site, "c", 0).error_id;
    begin(f);
    add(f, error_id, &site, "KeyError", "a in f", 1);
    add(f, error_id, &site, "KeyError", "b in g", 5);
    add(f, error_id, &site, "ValueError", "a in f", 2);
    add(f, error_id, &site, "KeyError", "a in f", 2);
    add(f, error_id, &site, "", "", 1);
    commit(f);
    fixture_reopen(f);
    assert_int_equal(list(f, error_id, &variants), 4);
    assert_text_equal(variants[0].caller, "b in g");
    assert_int_equal(variants[0].count, 5);
    assert_text_equal(variants[1].caller, "a in f");
    assert_text_equal(variants[1].exception_type, "KeyError");
    assert_int_equal(variants[1].count, 3);
    assert_text_equal(variants[2].exception_type, "ValueError");
    assert_text_equal(variants[3].exception_type, "");
    assert_false(variants[3].is_rest);
}

static void what_is_too_many_is_counted_together(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x()");
    struct variant *variants;
    int64_t error_id = make_error(f, &site, "c", VARIANT_MAX + 3).error_id;
    assert_int_equal(list(f, error_id, &variants), VARIANT_MAX + 1);
    assert_true(variants[VARIANT_MAX].is_rest);
    assert_int_equal(variants[VARIANT_MAX].count, 3 + 2 + 1);
    begin(f);
    add(f, error_id, &site, "KeyError", "c000", 10); // one that is known stays told apart
    add(f, error_id, &site, "KeyError", "new", 100);
    commit(f);
    size_t n = list(f, error_id, &variants);
    assert_int_equal(n, VARIANT_MAX + 1);
    assert_int_equal(variants[0].count, VARIANT_MAX + 3 + 10);
    assert_int_equal(variants[VARIANT_MAX].count, 106);
    assert_int_equal(sum(variants, n), get_error(f, error_id).count);
}

static void merged_errors_have_their_variants_added_within_the_bound(void **state)
{
    struct fixture *f = *state;
    struct site first = make_site("a.py", 3, "x()"), second = make_site("a.py", 9, "x()");
    struct variant *variants;
    struct site_row stays = make_error(f, &first, "c", VARIANT_MAX + 3);
    struct site_row ends = make_error(f, &second, "d", VARIANT_MAX + 2);
    begin(f);
    add(f, ends.error_id, &second, "KeyError", "c000", 7);
    settle(f, stays.site_id, make_line("c1", 1), "ada@example.com");
    assert_int_equal(settle(f, ends.site_id, make_line("c1", 1), "ada@example.com"),
                     stays.error_id);
    commit(f);
    size_t n = list(f, stays.error_id, &variants);
    assert_int_equal(n, VARIANT_MAX + 1);
    assert_int_equal(sum(variants, n), get_error(f, stays.error_id).count);
    assert_true(variants[VARIANT_MAX].is_rest);
    for (size_t i = 1; i < VARIANT_MAX; i++)
        assert_true(variants[i].count <= variants[i - 1].count);
    begin(f);
    add(f, stays.error_id, &first, "KeyError", "another", 1);
    commit(f);
    assert_int_equal(list(f, stays.error_id, &variants), VARIANT_MAX + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(types_and_callers_are_told_apart),
        contract_test(what_is_too_many_is_counted_together),
        contract_test(merged_errors_have_their_variants_added_within_the_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
