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
    owner_choose(by, NULL, TEXT("shop/cart.py"), &arena, &ownership);
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

static void assert_owner_by_rules(const struct owner_settings *by, enum rule_file file,
                                  const char *said, const char *email, const char *expected)
{
    struct rules *rules = rules_new();
    struct arena arena = {0};
    assert_true(
        rules_add_file(rules, file, text_of(said), "rules", (struct rules_warnings){0}, NULL));
    struct ownership ownership = {.author_email = text_of(email)};
    owner_choose(by, rules, TEXT("shop/cart.py"), &arena, &ownership);
    rules_drop(rules); // what was chosen does not need them
    assert_int_equal(ownership.state, OWNER_FOUND);
    assert_text_equal(ownership.owner_email, expected);
    arena_release(&arena);
}

static void an_address_is_remapped_before_its_domain_is_looked_at(void **state)
{
    (void)state;
    static const char rules[] = "[{\"remap\": \"ada@old.org\", \"to\": \"ada@new.org\"},"
                                " {\"remap\": \"bob\", \"to\": \"robert\"},"
                                " {\"remap\": \"1+eve@users.noreply.github.com\","
                                "  \"to\": \"eve@new.org\"}]";
    enum rule_file file = RULES_EMAIL_REMAPPING;
    assert_owner_by_rules(&settings, file, rules, "ada@old.org", "ada@new.org");
    assert_owner_by_rules(&settings, file, rules, "bob@laptop", "robert@shop.example");
    assert_owner_by_rules(&settings, file, rules, "bob", "robert@shop.example");
    assert_owner_by_rules(&settings, file, rules, "1+eve@users.noreply.github.com", "eve@new.org");
    assert_owner_by_rules(&settings, file, rules, "joe@x.org", "joe@x.org");
    struct owner_settings all = settings;
    all.ignore_vcs_email_domain = true;
    assert_owner_by_rules(&all, file, rules, "ada@old.org", "ada@shop.example");
}

static void a_disowned_file_has_the_designated_owner(void **state)
{
    (void)state;
    static const char rules[] = "[{\"email\": \"ada@shop.example\", \"filepath\": \"shop\","
                                "  \"designated_email\": \"bob@x.org\"},"
                                " {\"email\": \"eve@x.org\", \"filepath\": \"shop/cart.p\","
                                "  \"designated_email\": \"bob@x.org\"}]";
    enum rule_file file = RULES_DISOWNED_FILES;
    assert_owner_by_rules(&settings, file, rules, "ada@laptop", "bob@x.org");
    assert_owner_by_rules(&settings, file, rules, "ada@x.org", "ada@x.org");
    assert_owner_by_rules(&settings, file, rules, "eve@x.org", "eve@x.org");
}

static void an_operators_address_is_one_address(void **state)
{
    (void)state;
    assert_true(owner_is_address(TEXT("a@b"), true));
    assert_true(owner_is_address(TEXT("a"), false));
    static const char *const wrong[] = {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b,c@d", "a@b\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(owner_is_address(text_of(wrong[i]), true));
    assert_false(owner_is_address(TEXT(""), false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_author_is_the_owner),
        cmocka_unit_test(an_unusable_domain_is_replaced),
        cmocka_unit_test(what_is_no_address_goes_to_the_default_contact),
        cmocka_unit_test(an_address_is_remapped_before_its_domain_is_looked_at),
        cmocka_unit_test(a_disowned_file_has_the_designated_owner),
        cmocka_unit_test(an_operators_address_is_one_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
