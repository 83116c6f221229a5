// SPDX-License-Identifier: MIT
#include "test.h"

#include "base/buffer.h"
#include "core/coauthors.h"

#define HEAD                                                                                       \
    "tree 1\nauthor Ada <ada@x.org> 1 +0000\n"                                                     \
    "Co-authored-by: Header <header@x.org>\n\n"

static void expect(const char *commit, const char *expected)
{
    struct arena arena = {0};
    assert_text_equal(coauthors_read(text_of(commit), TEXT("ada@x.org"), &arena), expected);
    arena_release(&arena);
}

static void everybody_in_the_message_is_listed_once_without_the_author(void **state)
{
    (void)state;
    expect(HEAD "Fix it\n\nCo-authored-by: Bob <bob@x.org>\n"
                "co-authored-BY: Eve Eel <eve@x.org>\r\n"
                "Co-Authored-By: Robert <BOB@x.org>\nCo-authored-by: Ada <ADA@x.org>",
           "Bob <bob@x.org>\nEve Eel <eve@x.org>");
    expect(HEAD "Fix it\n", "");
    expect("", "");
}

static void a_line_without_an_address_is_nobody(void **state)
{
    (void)state;
    expect(HEAD "Co-authored-by: Bob\nCo-authored-by: Eve <>\nSigned-off-by: X <x@x.org>\n", "");
}

static void a_crowd_is_cut_off(void **state)
{
    (void)state;
    struct buffer commit = {0};
    struct arena arena = {0};
    buffer_add_string(&commit, HEAD);
    for (int i = 0; i < 1000; i++)
        buffer_printf(&commit, "Co-authored-by: P <p%d@x.org>\n", i);
    struct text list = coauthors_read(buffer_text(&commit), TEXT("ada@x.org"), &arena), person;
    int n = 0;
    while (text_cut(&list, '\n', &person))
        n++;
    assert_int_equal(n, COAUTHOR_MAX);
    buffer_release(&commit);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_in_the_message_is_listed_once_without_the_author),
        cmocka_unit_test(a_line_without_an_address_is_nobody),
        cmocka_unit_test(a_crowd_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
