// SPDX-License-Identifier: MIT
// The outbox.
#include "contract.h"

static struct outbox_letter make_letter(const char *message_id, enum outbox_state state,
                                        int64_t next_try_at_ms)
{
    return (struct outbox_letter){.message_id = text_of(message_id),
                                  .from = TEXT("flawless@example.com"),
                                  .thread_id = TEXT("error-1@example.com"),
                                  .to = TEXT("ada@example.com"),
                                  .subject = TEXT("Error on web1 in a.py"),
                                  .text = TEXT("ValueError\n"),
                                  .html = TEXT("<p>ValueError</p>"),
                                  .state = state,
                                  .written_at_ms = SUNDAY_MS,
                                  .next_try_at_ms = next_try_at_ms};
}

static int64_t add(struct fixture *f, struct outbox_letter letter)
{
    begin(f);
    assert_ok(f, store_add_letter(f->store, &letter, &f->error));
    commit(f);
    return letter.id;
}

static size_t list_outbox(struct fixture *f, int64_t before_id, size_t max,
                          struct outbox_letter **letters)
{
    size_t n = 0;
    assert_ok(f, store_list_outbox(f->store, before_id, max, &f->arena, letters, &n, &f->error));
    return n;
}

static size_t list_to_send(struct fixture *f, int64_t now_ms, size_t max,
                           struct outbox_letter **letters)
{
    size_t n = 0;
    assert_ok(f,
              store_list_letters_to_send(f->store, now_ms, max, &f->arena, letters, &n, &f->error));
    return n;
}

static void a_letter_comes_back_as_it_was_written(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    struct outbox_letter *letters, letter = make_letter("m1", OUTBOX_WAITING, SUNDAY_MS + 5);
    letter.error_id = report_alone(f, &site, 1, SUNDAY_MS).error_id;
    int64_t id = add(f, letter);
    fixture_reopen(f);
    assert_int_equal(list_outbox(f, 0, 10, &letters), 1);
    assert_int_equal(letters[0].id, id);
    assert_int_equal(letters[0].error_id, letter.error_id);
    assert_text_equal(letters[0].message_id, "m1");
    assert_text_equal(letters[0].from, "flawless@example.com");
    assert_text_equal(letters[0].to, "ada@example.com");
    assert_text_equal(letters[0].thread_id, "error-1@example.com");
    assert_text_equal(letters[0].subject, "Error on web1 in a.py");
    assert_text_equal(letters[0].text, "ValueError\n");
    assert_text_equal(letters[0].html, "<p>ValueError</p>");
    assert_int_equal(letters[0].state, OUTBOX_WAITING);
    assert_int_equal(letters[0].written_at_ms, SUNDAY_MS);
    assert_int_equal(letters[0].sent_at_ms, 0);
    assert_int_equal(letters[0].next_try_at_ms, SUNDAY_MS + 5);
    assert_int_equal(letters[0].attempts, 0);
    assert_int_equal(letters[0].last_error.len, 0);
    assert_int_equal(get_error(f, letter.error_id).letter_at_ms, SUNDAY_MS);
}

static void a_letter_may_be_about_no_error(void **state)
{
    struct fixture *f = *state;
    struct outbox_letter *letters;
    add(f, make_letter("m1", OUTBOX_KEPT, 0));
    assert_int_equal(list_outbox(f, 0, 10, &letters), 1);
    assert_int_equal(letters[0].error_id, 0);
}

static void one_message_id_is_one_letter(void **state)
{
    struct fixture *f = *state;
    struct outbox_letter letter = make_letter("m1", OUTBOX_WAITING, SUNDAY_MS);
    add(f, letter);
    begin(f);
    f->error = (struct error){0};
    assert_false(store_add_letter(f->store, &letter, &f->error));
    assert_true(f->error.message[0]);
    store_rollback(f->store);
    struct outbox_letter *letters;
    assert_int_equal(list_outbox(f, 0, 10, &letters), 1);
}

static void letters_are_sent_when_their_time_has_come(void **state)
{
    struct fixture *f = *state;
    struct outbox_letter *letters;
    int64_t late_id = add(f, make_letter("m1", OUTBOX_WAITING, SUNDAY_MS + 9));
    int64_t early_id = add(f, make_letter("m2", OUTBOX_WAITING, SUNDAY_MS + 3));
    int64_t other_id = add(f, make_letter("m3", OUTBOX_WAITING, SUNDAY_MS + 3));
    add(f, make_letter("m4", OUTBOX_KEPT, SUNDAY_MS));
    add(f, make_letter("m5", OUTBOX_SENT, SUNDAY_MS));
    add(f, make_letter("m6", OUTBOX_FAILED, SUNDAY_MS));
    assert_int_equal(list_to_send(f, SUNDAY_MS + 2, 10, &letters), 0);
    assert_int_equal(list_to_send(f, SUNDAY_MS + 3, 10, &letters), 2);
    assert_int_equal(list_to_send(f, SUNDAY_MS + 9, 10, &letters), 3);
    assert_int_equal(letters[0].id, early_id);
    assert_int_equal(letters[1].id, other_id);
    assert_int_equal(letters[2].id, late_id);
    assert_int_equal(list_to_send(f, SUNDAY_MS + 9, 1, &letters), 1);
    assert_int_equal(letters[0].id, early_id);
}

static void what_became_of_an_attempt_is_remembered(void **state)
{
    struct fixture *f = *state;
    struct outbox_letter *letters, letter = make_letter("m1", OUTBOX_WAITING, SUNDAY_MS);
    letter.id = add(f, letter);
    letter.attempts = 2;
    letter.next_try_at_ms = SUNDAY_MS + 60000;
    letter.last_error = TEXT("451 try again later");
    letter.subject = TEXT("not to be stored");
    begin(f);
    assert_ok(f, store_mark_letter(f->store, &letter, &f->error));
    commit(f);
    fixture_reopen(f);
    assert_int_equal(list_to_send(f, SUNDAY_MS + 59999, 10, &letters), 0);
    assert_int_equal(list_to_send(f, SUNDAY_MS + 60000, 10, &letters), 1);
    assert_int_equal(letters[0].attempts, 2);
    assert_text_equal(letters[0].last_error, "451 try again later");
    assert_text_equal(letters[0].subject, "Error on web1 in a.py");
    letter.state = OUTBOX_SENT;
    letter.sent_at_ms = SUNDAY_MS + 70000;
    letter.last_error = TEXT("");
    begin(f);
    assert_ok(f, store_mark_letter(f->store, &letter, &f->error));
    commit(f);
    assert_int_equal(list_outbox(f, 0, 10, &letters), 1);
    assert_int_equal(letters[0].state, OUTBOX_SENT);
    assert_int_equal(letters[0].sent_at_ms, SUNDAY_MS + 70000);
    assert_int_equal(letters[0].last_error.len, 0);
    assert_int_equal(list_to_send(f, INT64_MAX, 10, &letters), 0);
}

static void marking_no_letter_is_not_found(void **state)
{
    struct fixture *f = *state;
    struct outbox_letter letter = make_letter("m1", OUTBOX_SENT, SUNDAY_MS);
    letter.id = 55;
    begin(f);
    assert_fails(f, ERROR_NOT_FOUND, store_mark_letter(f->store, &letter, &f->error));
    store_rollback(f->store);
}

static void kept_letters_are_released(void **state)
{
    struct fixture *f = *state;
    struct outbox_letter *letters;
    int64_t letter_n = -1;
    add(f, make_letter("m1", OUTBOX_KEPT, SUNDAY_MS));
    add(f, make_letter("m2", OUTBOX_SENT, SUNDAY_MS));
    add(f, make_letter("m3", OUTBOX_KEPT, SUNDAY_MS));
    begin(f);
    assert_ok(f, store_release_kept_letters(f->store, &letter_n, &f->error));
    commit(f);
    assert_int_equal(letter_n, 2);
    assert_int_equal(list_to_send(f, SUNDAY_MS, 10, &letters), 2);
    assert_text_equal(letters[1].message_id, "m3");
    begin(f);
    assert_ok(f, store_release_kept_letters(f->store, &letter_n, &f->error));
    commit(f);
    assert_int_equal(letter_n, 0);
}

static void a_start_does_not_wait_for_the_next_try(void **state)
{
    struct fixture *f = *state;
    struct outbox_letter letter = make_letter("m1", OUTBOX_WAITING, SUNDAY_MS + 3600000), *letters;
    int64_t letter_n;
    add(f, letter);
    assert_int_equal(list_to_send(f, SUNDAY_MS, 10, &letters), 0);
    begin(f);
    assert_ok(f, store_release_kept_letters(f->store, &letter_n, &f->error));
    commit(f);
    assert_int_equal(letter_n, 0);
    assert_int_equal(list_to_send(f, SUNDAY_MS, 10, &letters), 1);
}

static void the_outbox_is_leafed_through_newest_first(void **state)
{
    struct fixture *f = *state;
    struct outbox_letter *letters;
    char message_id[8];
    for (int i = 0; i < 7; i++) {
        snprintf(message_id, sizeof message_id, "m%d", i);
        add(f, make_letter(message_id, OUTBOX_KEPT, SUNDAY_MS));
    }
    assert_int_equal(list_outbox(f, 0, 3, &letters), 3);
    assert_text_equal(letters[0].message_id, "m6");
    assert_text_equal(letters[2].message_id, "m4");
    assert_int_equal(list_outbox(f, letters[2].id, 3, &letters), 3);
    assert_text_equal(letters[0].message_id, "m3");
    assert_int_equal(list_outbox(f, letters[2].id, 3, &letters), 1);
    assert_text_equal(letters[0].message_id, "m0");
    assert_int_equal(list_outbox(f, letters[0].id, 3, &letters), 0);
}

static void letters_are_counted_by_state(void **state)
{
    struct fixture *f = *state;
    const struct {
        enum outbox_state state;
        int n;
    } cases[] = {{OUTBOX_KEPT, 1},
                 {OUTBOX_WAITING, 2},
                 {OUTBOX_SENT, 3},
                 {OUTBOX_FAILED, 4},
                 {OUTBOX_REFUSED, 5}};
    char message_id[16];
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < cases[i].n; k++) {
            snprintf(message_id, sizeof message_id, "m%d.%d", i, k);
            add(f, make_letter(message_id, cases[i].state, SUNDAY_MS));
        }
    struct store_counts counts = count(f);
    assert_int_equal(counts.letters_kept, 1);
    assert_int_equal(counts.letters_waiting, 2);
    assert_int_equal(counts.letters_sent, 3);
    assert_int_equal(counts.letters_failed, 4);
    assert_int_equal(counts.letters_refused, 5);
    assert_int_equal(counts.letters_held, 0);
}

// ---- what an address has got, and what is held back for it ----

static struct address_facts look(struct fixture *f, const char *address, int64_t since_ms,
                                 int64_t n)
{
    struct address_facts facts;
    assert_ok(f, store_look_at_address(f->store, text_of(address), since_ms, n, &facts, &f->error));
    return facts;
}

static void letters_of_an_address_are_counted_without_regard_to_case(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        char message_id[16];
        snprintf(message_id, sizeof message_id, "m%d", i);
        struct outbox_letter letter = make_letter(message_id, OUTBOX_SENT, 0);
        letter.to = i == 1 ? TEXT("Ada@Example.com") : TEXT("ada@example.com");
        letter.written_at_ms = SUNDAY_MS + i;
        add(f, letter);
    }
    assert_int_equal(look(f, "ADA@example.com", 0, 1).nth_at_ms, SUNDAY_MS + 2);
    assert_int_equal(look(f, "ada@example.com", 0, 3).nth_at_ms, SUNDAY_MS);
    assert_int_equal(look(f, "ada@example.com", 0, 4).nth_at_ms, 0);
    assert_int_equal(look(f, "ada@example.com", SUNDAY_MS, 3).nth_at_ms, 0);
    assert_int_equal(look(f, "bob@example.com", 0, 1).nth_at_ms, 0);
    assert_false(look(f, "ada@example.com", 0, 1).was_refused);
    add(f, make_letter("m9", OUTBOX_REFUSED, 0));
    assert_true(look(f, "Ada@example.com", 0, 1).was_refused);
}

static int64_t hold(struct fixture *f, const char *path, const char *address, int64_t count,
                    int64_t due_at_ms)
{
    struct site site = make_site(path, 3, "x");
    int64_t error_id = report_alone(f, &site, count, SUNDAY_MS).error_id;
    begin(f);
    assert_ok(f, store_hold_letter(f->store, text_of(address), error_id, SUNDAY_MS + 7, due_at_ms,
                                   &f->error));
    commit(f);
    return error_id;
}

static void held_letters_are_taken_together_when_they_are_due(void **state)
{
    struct fixture *f = *state;
    struct text *addresses;
    struct error_record *records;
    size_t address_n, record_n;
    int64_t held_n;
    int64_t few_id = hold(f, "a.py", "Ada@example.com", 2, SUNDAY_MS + 100);
    int64_t many_id = hold(f, "b.py", "ada@example.com", 9, SUNDAY_MS + 100);
    hold(f, "c.py", "ada@example.com", 1, SUNDAY_MS + 100);
    hold(f, "a.py", "ada@example.com", 1, SUNDAY_MS + 100); // stands there already
    hold(f, "a.py", "bob@example.com", 1, SUNDAY_MS + 300);
    fixture_reopen(f);
    assert_int_equal(get_error(f, few_id).letter_at_ms, SUNDAY_MS + 7); // it is told
    assert_int_equal(look(f, "ada@Example.com", 0, 1).digest_at_ms, SUNDAY_MS + 100);
    assert_int_equal(count(f).letters_held, 4);
    assert_ok(f, store_list_digests(f->store, SUNDAY_MS + 99, 10, &f->arena, &addresses, &address_n,
                                    &f->error));
    assert_int_equal(address_n, 0);
    assert_ok(f, store_list_digests(f->store, SUNDAY_MS + 100, 10, &f->arena, &addresses,
                                    &address_n, &f->error));
    assert_int_equal(address_n, 1);
    assert_text_equal(addresses[0], "ada@example.com");
    begin(f);
    assert_ok(f, store_take_held(f->store, addresses[0], 2, &f->arena, &records, &record_n, &held_n,
                                 &f->error));
    commit(f);
    assert_int_equal(held_n, 3);
    assert_int_equal(record_n, 2);
    assert_int_equal(records[0].id, many_id);
    assert_int_equal(records[1].id, few_id);
    assert_int_equal(count(f).letters_held, 1);
    assert_int_equal(look(f, "ada@example.com", 0, 1).digest_at_ms, 0);
}

static void what_waits_is_due_at_once_when_the_clock_was_set_back(void **state)
{
    struct fixture *f = *state;
    const int64_t ahead_ms = SUNDAY_MS + INT64_C(365) * 24 * HOUR_MS;
    struct text *addresses;
    struct outbox_letter *letters;
    size_t address_n;
    hold(f, "a.py", "ada@example.com", 1, ahead_ms + HOUR_MS);
    add(f, make_letter("m1", OUTBOX_WAITING, ahead_ms));
    assert_ok(f, store_list_digests(f->store, SUNDAY_MS, 10, &f->arena, &addresses, &address_n,
                                    &f->error));
    assert_int_equal(address_n, 1);
    assert_int_equal(list_to_send(f, SUNDAY_MS, 10, &letters), 1);
    assert_int_equal(list_to_send(f, ahead_ms - HOUR_MS, 10, &letters), 0);
}

static void a_merge_takes_what_is_held_with_it(void **state)
{
    struct fixture *f = *state;
    const struct line_identity line = {TEXT("1111111111111111111111111111111111111111"),
                                       TEXT("a.py"), 3};
    const struct ownership who = {.state = OWNER_FOUND, .owner_email = TEXT("ada@example.com")};
    struct error_record *records;
    size_t record_n;
    int64_t held_n, stays_id, error_id;
    struct site first = make_site("a.py", 3, "x"), second = make_site("b.py", 3, "x");
    hold(f, "a.py", "ada@example.com", 1, SUNDAY_MS);
    hold(f, "b.py", "ada@example.com", 1, SUNDAY_MS);
    hold(f, "b.py", "bob@example.com", 1, SUNDAY_MS);
    begin(f);
    struct site_row first_row = keep_site(f, &first, SUNDAY_MS);
    struct site_row second_row = keep_site(f, &second, SUNDAY_MS);
    assert_ok(f, store_settle_site(f->store, first_row.site_id, &line, &who, &stays_id, &f->error));
    assert_ok(f,
              store_settle_site(f->store, second_row.site_id, &line, &who, &error_id, &f->error));
    commit(f);
    assert_int_equal(error_id, stays_id);
    assert_int_equal(count(f).letters_held, 2);
    begin(f);
    assert_ok(f, store_take_held(f->store, TEXT("bob@example.com"), 9, &f->arena, &records,
                                 &record_n, &held_n, &f->error));
    commit(f);
    assert_int_equal(record_n, 1);
    assert_int_equal(records[0].id, stays_id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(a_letter_comes_back_as_it_was_written),
        contract_test(a_letter_may_be_about_no_error),
        contract_test(one_message_id_is_one_letter),
        contract_test(letters_are_sent_when_their_time_has_come),
        contract_test(what_became_of_an_attempt_is_remembered),
        contract_test(marking_no_letter_is_not_found),
        contract_test(kept_letters_are_released),
        contract_test(a_start_does_not_wait_for_the_next_try),
        contract_test(the_outbox_is_leafed_through_newest_first),
        contract_test(letters_are_counted_by_state),
        contract_test(letters_of_an_address_are_counted_without_regard_to_case),
        contract_test(held_letters_are_taken_together_when_they_are_due),
        contract_test(what_waits_is_due_at_once_when_the_clock_was_set_back),
        contract_test(a_merge_takes_what_is_held_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
