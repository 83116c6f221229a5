// SPDX-License-Identifier: MIT
// Names, passwords, and how often somebody may try them.
#include "test.h"

#include "core/attempts.h"
#include "core/user.h"
#include "io/password.h"

static void a_name_is_an_address_in_lower_case(void **state)
{
    struct arena arena = {0};
    struct text name;
    struct error error;
    (void)state;
    assert_true(user_read_name(TEXT(" Ada@Example.COM\n"), &arena, &name, &error));
    assert_text_equal(name, "ada@example.com");
    arena_release(&arena);
}

static void what_is_no_address_is_no_name(void **state)
{
    static const struct text wrong[] = {
        TEXT(""),          TEXT("ada"),        TEXT("@example.com"),
        TEXT("ada@"),      TEXT("a da@x.com"), TEXT("a@b@c"),
        TEXT("<a>@x.com"), TEXT("a\n@x.com"),  TEXT("a\0@x.com"),
    };
    struct arena arena = {0};
    struct text name;
    char big[300];
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error error = {0};
        assert_false(user_read_name(wrong[i], &arena, &name, &error));
        assert_int_equal(error.kind, ERROR_INPUT);
    }
    memset(big, 'a', sizeof big);
    big[100] = '@';
    assert_false(user_read_name((struct text){big, sizeof big}, &arena, &name, NULL));
    arena_release(&arena);
}

static void a_password_is_long_enough_and_can_be_typed(void **state)
{
    char big[PASSWORD_MAX + 1];
    (void)state;
    memset(big, 'a', sizeof big);
    assert_true(user_check_password(TEXT("ten chars!"), NULL));
    assert_true(user_check_password(TEXT("pass phrase with blanks \xc3\xa9"), NULL));
    assert_true(user_check_password((struct text){big, PASSWORD_MAX}, NULL));
    assert_false(user_check_password(TEXT("nine char"), NULL));
    assert_false(user_check_password(TEXT(""), NULL));
    assert_false(user_check_password((struct text){big, PASSWORD_MAX + 1}, NULL));
    assert_false(user_check_password(TEXT("ten chars\0!"), NULL));
    assert_false(user_check_password(TEXT("ten chars\n!"), NULL));
}

static void a_hash_fits_its_password_alone(void **state)
{
    char hash[PASSWORD_HASH_MAX], again[PASSWORD_HASH_MAX];
    (void)state;
    password_hash(TEXT("correct horse"), hash);
    password_hash(TEXT("correct horse"), again);
    assert_true(text_starts(text_of(hash), TEXT("$argon2id$")));
    assert_string_not_equal(hash, again);
    assert_true(password_fits(TEXT("correct horse"), text_of(hash)));
    assert_false(password_fits(TEXT("correct horsE"), text_of(hash)));
    assert_false(password_fits(TEXT(""), text_of(hash)));
    assert_false(password_fits(TEXT("correct horse"), TEXT("")));
    assert_false(password_fits(TEXT("correct horse"), TEXT("$argon2id$damaged")));
}

static struct attempts *make_attempts(void)
{
    static struct attempts attempts;
    attempts_init(&attempts, &(struct seal_key){{1}});
    return &attempts;
}

static void so_many_attempts_at_once_then_one_a_while(void **state)
{
    struct attempts *attempts = make_attempts();
    const int64_t now_ms = 1000;
    (void)state;
    for (int i = 0; i < ATTEMPTS_AT_ONCE; i++)
        assert_int_equal(attempts_take(attempts, TEXT("ada"), now_ms), 0);
    assert_int_equal(attempts_take(attempts, TEXT("ada"), now_ms), ATTEMPT_COST_MS);
    assert_int_equal(attempts_take(attempts, TEXT("bob"), now_ms), 0);
    assert_int_equal(attempts_take(attempts, TEXT("ada"), now_ms + ATTEMPT_COST_MS - 1), 1);
    assert_int_equal(attempts_take(attempts, TEXT("ada"), now_ms + ATTEMPT_COST_MS), 0);
    assert_true(attempts_take(attempts, TEXT("ada"), now_ms + ATTEMPT_COST_MS) > 0);
    const int64_t set_back_ms = now_ms - INT64_C(1000) * 3600 * 1000;
    assert_int_equal(attempts_take(attempts, TEXT("ada"), set_back_ms), ATTEMPT_COST_MS);
    assert_int_equal(attempts_take(attempts, TEXT("ada"), set_back_ms + ATTEMPT_COST_MS), 0);
}

static void a_good_attempt_costs_nothing(void **state)
{
    struct attempts *attempts = make_attempts();
    (void)state;
    for (int i = 0; i < 5 * ATTEMPTS_AT_ONCE; i++) {
        assert_int_equal(attempts_take(attempts, TEXT("office"), 1000), 0);
        attempts_give_back(attempts, TEXT("office"), 1000);
    }
    for (int i = 0; i < ATTEMPTS_AT_ONCE; i++)
        assert_int_equal(attempts_take(attempts, TEXT("ada"), 1000), 0);
    attempts_forgive(attempts, TEXT("ada"));
    assert_int_equal(attempts_take(attempts, TEXT("ada"), 1000), 0);
}

static void a_flood_of_others_costs_a_bounded_memory_and_frees_few(void **state)
{
    struct attempts *attempts = make_attempts();
    int freed = 0;
    (void)state;
    for (int i = 0; i < 200; i++)
        for (int n = 0; n < ATTEMPTS_AT_ONCE; n++)
            attempts_take(attempts, (struct text){(char *)&i, sizeof i}, 1000);
    for (int i = 1000; i < 100000; i++) // each tries once
        attempts_take(attempts, (struct text){(char *)&i, sizeof i}, 1000);
    for (int i = 0; i < 200; i++)
        freed += attempts_take(attempts, (struct text){(char *)&i, sizeof i}, 1000) == 0;
    assert_int_equal(freed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_an_address_in_lower_case),
        cmocka_unit_test(what_is_no_address_is_no_name),
        cmocka_unit_test(a_password_is_long_enough_and_can_be_typed),
        cmocka_unit_test(a_hash_fits_its_password_alone),
        cmocka_unit_test(so_many_attempts_at_once_then_one_a_while),
        cmocka_unit_test(a_good_attempt_costs_nothing),
        cmocka_unit_test(a_flood_of_others_costs_a_bounded_memory_and_frees_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
