// SPDX-License-Identifier: MIT
#include "test.h"

#include "core/owner.h"

static const struct owner_settings settings = {.email_domain_name = {"shop.example", 12},
                                               .default_contact = {"ops@shop.example", 16}};

static void assert_owner(const struct owner_settings *by, const char *email, enum owner_state state,
                         const char *expected)
{
    struct arena arena = {0};
    struct ownership ownership = {.author_email = text_of(email)};
    owner_choose(by, &arena, &ownership);
    assert_int_equal(ownership.state, state);
    assert_text_equal(ownership.owner_email, expected);
    arena_release(&arena);
}

static void the_author_is_the_owner(void **state)
{
    (void)state;
    assert_owner(&settings, "ada@lovelace.org", OWNER_FOUND, "ada@lovelace.org");
    assert_owner(&settings, "ada@mail.photography", OWNER_FOUND, "ada@mail.photography");
    assert_owner(&settings, " ada+git@lovelace.org ", OWNER_FOUND, "ada+git@lovelace.org");
    assert_owner(&settings, "j\xc3\xb6rg@m\xc3\xbcller.de", OWNER_FOUND,
                 "j\xc3\xb6rg@m\xc3\xbcller.de");
}

static void an_unusable_domain_is_replaced(void **state)
{
    (void)state;
    assert_owner(&settings, "ada@laptop", OWNER_FOUND, "ada@shop.example");
    assert_owner(&settings, "ada", OWNER_FOUND, "ada@shop.example");
    assert_owner(&settings, "ada@laptop.", OWNER_FOUND, "ada@shop.example");
    struct owner_settings all = settings;
    all.ignore_vcs_email_domain = true;
    assert_owner(&all, "ada@lovelace.org", OWNER_FOUND, "ada@shop.example");
}

static void what_is_no_address_goes_to_the_default_contact(void **state)
{
    (void)state;
    static const char *const unusable[] = {
        "",
        "@",
        "@lovelace.org",
        "ada@",
        "a@b@c.org",
        "ada lovelace@x.org",
        "ada\n@x.org",
        "ada@x.org\r\nBcc: y",
        "ada@x.org,bob@x.org",
        "<ada@x.org>",
        "\"ada\"@x.org",
        "ada;bob@x.org",
        "12345+ada@users.noreply.github.com",
        "x@noreply.github.com",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@x.org",
    };
    for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++)
        assert_owner(&settings, unusable[i], OWNER_DEFAULT, "ops@shop.example");
    assert_owner(&(struct owner_settings){0}, "ada", OWNER_DEFAULT, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_author_is_the_owner),
        cmocka_unit_test(an_unusable_domain_is_replaced),
        cmocka_unit_test(what_is_no_address_goes_to_the_default_contact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
