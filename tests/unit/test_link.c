// SPDX-License-Identifier: MIT
#include "test.h"

#include "core/link.h"

static const struct seal_key key = {{1, 2, 3}};

struct values {
    const char *filename, *function_name, *line_number, *text;
};

static struct text get(const void *self, const char *name)
{
    const struct values *values = self;
    return text_of(strcmp(name, "filename") == 0        ? values->filename
                   : strcmp(name, "function_name") == 0 ? values->function_name
                   : strcmp(name, "line_number") == 0   ? values->line_number
                                                        : values->text);
}

static bool fits(const struct values *values, int64_t project_id, const char *path,
                 const char *signature)
{
    return link_is_signed(&key, project_id, text_of(path), (struct link_parameters){values, get},
                          text_of(signature));
}

static const struct values line = {"shop/a.py", "total", "42", "x = 1"};

static void a_link_opens_what_it_was_made_for(void **state)
{
    char signature[SEAL_LEN + 1];
    (void)state;
    assert_true(link_sign(&key, 1, TEXT("/view_traceback"), (struct link_parameters){&line, get},
                          signature));
    assert_true(fits(&line, 1, "/view_traceback", signature));
}

static void a_link_opens_nothing_else(void **state)
{
    static const struct values others[] = {
        {"shop/b.py", "total", "42", "x = 1"}, {"shop/a.py", "sum", "42", "x = 1"},
        {"shop/a.py", "total", "43", "x = 1"}, {"shop/a.py", "total", "42", "x = 2"},
        {"shop/a.pyt", "otal", "42", "x = 1"}, {"shop/a.py", "total", "42", NULL},
    };
    char signature[SEAL_LEN + 1];
    (void)state;
    link_sign(&key, 1, TEXT("/view_traceback"), (struct link_parameters){&line, get}, signature);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(fits(&others[i], 1, "/view_traceback", signature));
    assert_false(fits(&line, 2, "/view_traceback", signature));
    assert_false(fits(&line, 1, "/add_known_error", signature));
    assert_false(fits(&line, 1, "/outbox", signature));
    assert_false(fits(&line, 1, "/view_traceback", ""));
}

static void the_form_for_known_errors_is_for_one_function(void **state)
{
    static const struct values another_line = {"shop/a.py", "total", "7", "y"};
    static const struct values another_function = {"shop/a.py", "sum", "42", "x = 1"};
    char signature[SEAL_LEN + 1];
    (void)state;
    assert_true(link_sign(&key, 1, TEXT("/add_known_error"), (struct link_parameters){&line, get},
                          signature));
    assert_true(fits(&another_line, 1, "/add_known_error", signature));
    assert_false(fits(&another_function, 1, "/add_known_error", signature));
    assert_false(fits(&line, 1, "/view_traceback", signature));
    const struct values whole_file = {"shop/a.py", " ", "42", "x = 1"};
    assert_false(link_sign(&key, 1, TEXT("/add_known_error"),
                           (struct link_parameters){&whole_file, get}, signature));
}

static struct text get_id(const void *self, const char *name)
{
    return strcmp(name, "id") == 0 ? text_of(self) : TEXT("yes");
}

static void a_link_that_marks_an_error_is_for_that_one(void **state)
{
    static const char *const others[] = {"1", "123", "012", " 12", "", "12&fixed=no"};
    char signature[SEAL_LEN + 1];
    (void)state;
    struct link_parameters twelve = {"12", get_id}, none = {"", get_id};
    assert_false(link_sign(&key, 1, TEXT("/mark_fixed"), none, signature));
    assert_true(link_sign(&key, 1, TEXT("/mark_fixed"), twelve, signature));
    struct text sent = text_of(signature);
    assert_true(link_is_signed(&key, 1, TEXT("/mark_fixed"), twelve, sent));
    assert_false(link_is_signed(&key, 2, TEXT("/mark_fixed"), twelve, sent));
    assert_false(link_is_signed(&key, 1, TEXT("/view_traceback"), twelve, sent));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(link_is_signed(&key, 1, TEXT("/mark_fixed"),
                                    (struct link_parameters){others[i], get_id}, sent));
}

static void no_other_page_is_ever_signed(void **state)
{
    char signature[SEAL_LEN + 1];
    (void)state;
    assert_false(
        link_sign(&key, 1, TEXT("/outbox"), (struct link_parameters){&line, get}, signature));
    assert_false(link_sign(&key, 1, TEXT(""), (struct link_parameters){&line, get}, signature));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_opens_what_it_was_made_for),
        cmocka_unit_test(a_link_opens_nothing_else),
        cmocka_unit_test(the_form_for_known_errors_is_for_one_function),
        cmocka_unit_test(a_link_that_marks_an_error_is_for_that_one),
        cmocka_unit_test(no_other_page_is_ever_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
