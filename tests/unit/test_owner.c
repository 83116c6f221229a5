// SPDX-License-Identifier: MIT
#include "test.h"

#include "core/owner.h"

static const struct owner_settings settings = {.email_domain_name = {"shop.example", 12},
                                               .default_contact = {"ops@shop.example", 16}};

static void assert_owner(const struct owner_settings *by, const char *email, enum owner_state state,
                         const char *expected)
{
    struct arena arena = {0};
    struct ownership ownership = {0};
    const struct owner_candidate author = {.email = text_of(email)};
    owner_choose(by, NULL, TEXT("shop/cart.py"), &author, 1, &arena, &ownership);
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
    struct ownership ownership = {0};
    const struct owner_candidate author = {.email = text_of(email)};
    owner_choose(by, rules, TEXT("shop/cart.py"), &author, 1, &arena, &ownership);
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

// ---- who takes a line over ----

static const struct text bots[] = {{"*[bot]*", 7}, {"noreply", 7}};
static const struct text inactive[] = {{"gone@x.org", 10}};

// Chooses by what blame is fairly sure of; rules may be NULL, in email_remapping.
static struct ownership choose(const struct owner_candidate *candidates, size_t n, const char *said,
                               struct arena *arena)
{
    struct owner_settings by = settings;
    by.bots = bots;
    by.bot_n = 2;
    by.inactive_people = inactive;
    by.inactive_person_n = 1;
    by.inactive_after_days = 90;
    struct rules *rules = said ? rules_new() : NULL;
    assert_true(!said || rules_add_file(rules, RULES_EMAIL_REMAPPING, text_of(said), "rules",
                                        (struct rules_warnings){0}, NULL));
    struct ownership ownership = {.confidence = CONFIDENCE_HIGH, .reason = TEXT("it ran")};
    owner_choose(&by, rules, TEXT("shop/cart.py"), candidates, n, arena, &ownership);
    rules_drop(rules);
    return ownership;
}

#define AUTHOR(who)                                                                                \
    {                                                                                              \
        .source = OWNER_WROTE_LINE, .email = {(who), sizeof(who) - 1 }                             \
    }
#define CODEOWNER(who)                                                                             \
    {                                                                                              \
        .source = OWNER_IN_CODEOWNERS, .email = {(who), sizeof(who) - 1}, .place = {               \
            "CODEOWNERS, line 3",                                                                  \
            18                                                                                     \
        }                                                                                          \
    }
#define FELLOW(who)                                                                                \
    {                                                                                              \
        .source = OWNER_WROTE_FUNCTION, .email = {(who), sizeof(who) - 1 }                         \
    }

static void expect_choice(struct ownership chosen, const char *email, enum confidence confidence,
                          const char *reason)
{
    assert_text_equal(chosen.owner_email, email);
    assert_int_equal(chosen.confidence, confidence);
    assert_text_equal(chosen.reason, reason);
}

static void an_author_who_can_be_told_needs_no_other_reason(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct owner_candidate all[] = {AUTHOR("ada@x.org"), CODEOWNER("bob@x.org")};
    expect_choice(choose(all, 2, NULL, &arena), "ada@x.org", CONFIDENCE_HIGH, "it ran");
    arena_release(&arena);
}

static void a_bots_line_goes_to_whom_codeowners_names(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct owner_candidate all[] = {AUTHOR("1+renovate[bot]@x.org"), CODEOWNER("bob@x.org"),
                                          FELLOW("eve@x.org")};
    expect_choice(choose(all, 3, NULL, &arena), "bob@x.org", CONFIDENCE_MEDIUM,
                  "it ran; 1+renovate[bot]@x.org, who wrote the line, is a bot; "
                  "CODEOWNERS names bob@x.org (CODEOWNERS, line 3)");
    arena_release(&arena);
}

static void a_bot_is_known_by_its_name_too(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct owner_candidate bot = AUTHOR("deps@x.org");
    bot.name = TEXT("Renovate[BOT]");
    expect_choice(choose(&bot, 1, NULL, &arena), "ops@shop.example", CONFIDENCE_LOW,
                  "it ran; deps@x.org, who wrote the line, is a bot; nobody else is known for it, "
                  "so it goes to default_contact");
    arena_release(&arena);
}

static void inactive_people_are_passed_over_wherever_they_come_from(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct owner_candidate all[] = {AUTHOR("old@x.org"), CODEOWNER("Gone@x.org"),
                                    FELLOW("noreply@x.org"), FELLOW("eve@x.org")};
    all[0].has_no_commit = true;
    expect_choice(choose(all, 4, NULL, &arena), "eve@x.org", CONFIDENCE_LOW,
                  "it ran; old@x.org, who wrote the line, has made no commit for 90 days; "
                  "Gone@x.org, whom CODEOWNERS names, is one of inactive_people; "
                  "noreply@x.org, who wrote other lines of the function, is a bot; "
                  "of the function's other authors eve@x.org changed it last");
    arena_release(&arena);
}

static void an_account_of_codeowners_gets_its_address_by_remapping(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct owner_candidate all[] = {AUTHOR("noreply@x.org"), CODEOWNER("@ann"),
                                          CODEOWNER("@shop/till")};
    expect_choice(choose(all, 3, "[{\"remap\": \"shop/till\", \"to\": \"till@x.org\"}]", &arena),
                  "till@x.org", CONFIDENCE_MEDIUM,
                  "it ran; noreply@x.org, who wrote the line, is a bot; @ann, whom CODEOWNERS "
                  "names, has no address here, which email_remapping can give to ann; CODEOWNERS "
                  "names @shop/till (CODEOWNERS, line 3); a rule names till@x.org in place of "
                  "@shop/till");
    arena_release(&arena);
}

static void a_rule_for_a_bot_wins_over_codeowners(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct owner_candidate all[] = {AUTHOR("noreply@x.org"), CODEOWNER("bob@x.org")};
    expect_choice(choose(all, 2, "[{\"remap\": \"noreply\", \"to\": \"deps@x.org\"}]", &arena),
                  "deps@x.org", CONFIDENCE_HIGH,
                  "it ran; a rule names deps@x.org in place of noreply@x.org");
    arena_release(&arena);
}

static void without_a_default_contact_nobody_is_chosen_with_no_confidence(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct ownership ownership = {.confidence = CONFIDENCE_HIGH};
    owner_choose(&(struct owner_settings){0}, NULL, TEXT("a"), NULL, 0, &arena, &ownership);
    expect_choice(ownership, "", CONFIDENCE_NONE, "");
    arena_release(&arena);
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
        cmocka_unit_test(an_author_who_can_be_told_needs_no_other_reason),
        cmocka_unit_test(a_bots_line_goes_to_whom_codeowners_names),
        cmocka_unit_test(a_bot_is_known_by_its_name_too),
        cmocka_unit_test(inactive_people_are_passed_over_wherever_they_come_from),
        cmocka_unit_test(an_account_of_codeowners_gets_its_address_by_remapping),
        cmocka_unit_test(a_rule_for_a_bot_wins_over_codeowners),
        cmocka_unit_test(without_a_default_contact_nobody_is_chosen_with_no_confidence),
        cmocka_unit_test(an_operators_address_is_one_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
