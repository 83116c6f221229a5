// SPDX-License-Identifier: MIT
#include "test.h"

#include "base/seal.h"

static const struct seal_key key = {{7}};
static const struct text parts[] = {{"ab", 2}, {"c", 1}};

static void a_seal_fits_what_it_was_made_for(void **state)
{
    char seal[SEAL_LEN + 1];
    (void)state;
    seal_write(&key, "form", parts, 2, seal);
    assert_int_equal(strlen(seal), SEAL_LEN);
    assert_true(seal_fits(&key, "form", parts, 2, text_of(seal)));
}

static void a_seal_fits_nothing_else(void **state)
{
    const struct text others[] = {TEXT("a"), TEXT("bc")};
    const struct seal_key another = {{8}};
    char seal[SEAL_LEN + 1];
    (void)state;
    seal_write(&key, "form", parts, 2, seal);
    assert_false(seal_fits(&another, "form", parts, 2, text_of(seal)));
    assert_false(seal_fits(&key, "link", parts, 2, text_of(seal)));
    assert_false(seal_fits(&key, "form", others, 2, text_of(seal)));
    assert_false(seal_fits(&key, "form", parts, 1, text_of(seal)));
    assert_false(seal_fits(&key, "form", parts, 2, text_until(text_of(seal), SEAL_LEN - 1)));
    assert_false(seal_fits(&key, "form", parts, 2, (struct text){0}));
    for (size_t i = 0; i < SEAL_LEN; i++) {
        char changed[SEAL_LEN + 1];
        memcpy(changed, seal, sizeof changed);
        changed[i] = changed[i] == '0' ? '1' : '0';
        assert_false(seal_fits(&key, "form", parts, 2, text_of(changed)));
    }
}

static void a_key_is_read_as_it_was_written(void **state)
{
    struct seal_key made, read;
    char hex[65];
    (void)state;
    seal_key_make(&made);
    seal_key_write(&made, hex);
    assert_true(seal_key_read(text_of(hex), &read));
    assert_memory_equal(&made, &read, sizeof made);
    assert_false(seal_key_read(text_until(text_of(hex), 62), &read));
    hex[3] = 'x';
    assert_false(seal_key_read(text_of(hex), &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seal_fits_what_it_was_made_for),
        cmocka_unit_test(a_seal_fits_nothing_else),
        cmocka_unit_test(a_key_is_read_as_it_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
