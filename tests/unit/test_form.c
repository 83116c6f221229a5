// SPDX-License-Identifier: MIT
#include "test.h"

#include "base/buffer.h"
#include "web/form.h"

static struct text field(struct arena *arena, const char *body, const char *name)
{
    struct form form;
    assert_true(form_parse(text_of(body), arena, &form, NULL));
    return form_get(&form, name);
}

static void fields_are_decoded_and_the_first_of_a_name_counts(void **state)
{
    struct arena arena = {0};
    (void)state;
    const char *body = "a=1+2%2b3&b=%C3%A9%0a&a=other&=x&c&d=%zz%4&%65=e";
    assert_text_equal(field(&arena, body, "a"), "1 2+3");
    assert_text_equal(field(&arena, body, "b"), "\xc3\xa9\n");
    assert_text_equal(field(&arena, body, "c"), "");
    assert_non_null(field(&arena, body, "c").at);
    assert_text_equal(field(&arena, body, "d"), "%zz%4");
    assert_text_equal(field(&arena, body, "e"), "e");
    assert_null(field(&arena, body, "f").at);
    arena_release(&arena);
}

static void bytes_that_are_not_utf8_are_mended(void **state)
{
    struct arena arena = {0};
    (void)state;
    assert_text_equal(field(&arena, "a=x%ffy", "a"), "x\xef\xbf\xbdy");
    arena_release(&arena);
}

static void a_form_with_too_many_fields_is_refused(void **state)
{
    struct arena arena = {0};
    struct buffer body = {0};
    struct form form;
    struct error error = {0};
    (void)state;
    for (int i = 0; i <= FORM_FIELD_MAX; i++)
        buffer_add_string(&body, "a=1&");
    assert_false(form_parse(buffer_text(&body), &arena, &form, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    buffer_release(&body);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_decoded_and_the_first_of_a_name_counts),
        cmocka_unit_test(bytes_that_are_not_utf8_are_mended),
        cmocka_unit_test(a_form_with_too_many_fields_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
