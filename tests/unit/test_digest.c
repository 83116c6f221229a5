// SPDX-License-Identifier: MIT
// The bound on letters, digests and the letter about a refused address.
#include "test.h"

#include "core/bound.h"
#include "core/digest.h"
#include "core/refusal.h"

enum { NOW_MS = 1000000000 };

static void an_address_has_its_letters_until_the_hour_is_full(void **state)
{
    (void)state;
    assert_int_equal(bound_digest_at_ms(0, 0, NOW_MS), 0);
    assert_int_equal(bound_digest_at_ms(NOW_MS - 5, 0, NOW_MS), NOW_MS - 5 + BOUND_SPAN_MS);
    assert_int_equal(bound_digest_at_ms(0, NOW_MS + 9, NOW_MS), NOW_MS + 9);
    assert_int_equal(bound_digest_at_ms(NOW_MS, NOW_MS - 9, NOW_MS), NOW_MS - 9);
}

static void a_clock_that_was_set_back_delays_a_digest_by_an_hour_at_most(void **state)
{
    (void)state;
    assert_int_equal(bound_digest_at_ms(INT64_C(9000000000), 0, NOW_MS), NOW_MS + BOUND_SPAN_MS);
    assert_int_equal(bound_digest_at_ms(0, INT64_C(9000000000), NOW_MS), NOW_MS + BOUND_SPAN_MS);
}

static struct letter write_digest(struct error_record *records, size_t n, int64_t error_n,
                                  struct arena *arena)
{
    struct letter letter;
    struct digest_facts facts = {records,
                                 n,
                                 error_n,
                                 10,
                                 {TEXT("http://errors.example:9028"), NULL},
                                 INT64_C(1767330000000)};
    digest_write(&facts, arena, &letter);
    return letter;
}

static void a_digest_lists_place_type_count_and_link(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error_record record = {.project_id = 3,
                                  .path = TEXT("shop/<a>.py"),
                                  .function = TEXT("total"),
                                  .text = TEXT("a / b"),
                                  .line_number = 7,
                                  .exception_type = TEXT("Key\r\nError"),
                                  .count = 12,
                                  .last_seen_at_ms = INT64_C(1767323045000)};
    struct letter letter = write_digest(&record, 1, 5, &arena);
    const char *lines = "Key\\nError\n"
                        "  File \"shop/<a>.py\", line 7, in total\n"
                        "  seen 12 times, last on 2026-01-02 03:04 UTC\n"
                        "  http://errors.example:9028/view_traceback?filename=shop%2F%3Ca%3E.py"
                        "&function_name=total&line_number=7&text=a%20%2F%20b&project=3\n";
    assert_true(text_equal(letter.subject, TEXT("5 more errors in one letter")));
    if (!text_contains(letter.text, text_of(lines)))
        fail_msg("%.*s", TEXT_ARG(letter.text));
    assert_true(text_contains(letter.text, TEXT("The 1 of 5 that happened most often are shown")));
    assert_true(text_contains(letter.html, TEXT("shop/&lt;a&gt;.py")));
    assert_false(text_contains(letter.html, TEXT("<a>")));
    arena_release(&arena);
}

static void a_digest_of_the_longest_texts_stays_under_the_bound_of_letters(void **state)
{
    (void)state;
    struct arena arena = {0};
    static char quotes[3000];
    struct error_record records[DIGEST_RECORD_MAX] = {{0}};
    memset(quotes, '"', sizeof quotes);
    struct text longest = {quotes, sizeof quotes};
    for (size_t i = 0; i < DIGEST_RECORD_MAX; i++)
        records[i] = (struct error_record){.path = longest,
                                           .function = longest,
                                           .text = longest,
                                           .exception_type = longest,
                                           .line_number = INT64_MAX,
                                           .count = INT64_MAX};
    struct letter letter = write_digest(records, DIGEST_RECORD_MAX, 1000, &arena);
    assert_true(letter.text.len + letter.html.len < LETTER_MAX);
    arena_release(&arena);
}

static void a_refusal_names_the_address_and_the_servers_words(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct letter letter;
    refusal_write(TEXT("ada@example.com"), TEXT("550 <no> such person"), TEXT("Error in a.py"),
                  TEXT("http://errors.example"), &arena, &letter);
    assert_true(text_equal(letter.subject, TEXT("Letters to ada@example.com are refused")));
    assert_true(text_contains(letter.text, TEXT("550 <no> such person")));
    assert_true(text_contains(letter.text, TEXT("http://errors.example/outbox")));
    assert_true(text_contains(letter.html, TEXT("550 &lt;no&gt; such person")));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_its_letters_until_the_hour_is_full),
        cmocka_unit_test(a_clock_that_was_set_back_delays_a_digest_by_an_hour_at_most),
        cmocka_unit_test(a_digest_lists_place_type_count_and_link),
        cmocka_unit_test(a_digest_of_the_longest_texts_stays_under_the_bound_of_letters),
        cmocka_unit_test(a_refusal_names_the_address_and_the_servers_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
