// SPDX-License-Identifier: MIT
// The rules of the pages, and the audit.
#include "contract.h"

#include "io/store_rules.h"

static int64_t change(struct fixture *f, int64_t rule_id, const char *body, const char *who,
                      int64_t at_ms)
{
    struct rule_change change = {.project_id = 1,
                                 .rule_id = rule_id,
                                 .file = TEXT("known_errors"),
                                 .body = text_of(body),
                                 .who = text_of(who),
                                 .at_ms = at_ms};
    begin(f);
    assert_ok(f, store_change_rule(f->store, &change, &f->error));
    commit(f);
    return change.rule_id;
}

static struct stored_rule *list(struct fixture *f, size_t expected_n)
{
    struct stored_rule *rules;
    size_t n = 0;
    assert_ok(f, store_list_rules(f->store, 1, &f->arena, &rules, &n, &f->error));
    assert_int_equal(n, expected_n);
    return rules;
}

static size_t list_audit(struct fixture *f, int64_t before_id, size_t max,
                         struct audit_entry **entries)
{
    size_t n = 0;
    assert_ok(f, store_list_audit(f->store, 1, before_id, max, &f->arena, entries, &n, &f->error));
    return n;
}

static void a_rule_comes_back_as_it_was_added(void **state)
{
    struct fixture *f = *state;
    int64_t id = change(f, 0, "{\"filename\":\"a \xe2\x82\xac.py\"}", "ann", SUNDAY_MS);
    fixture_reopen(f);
    struct stored_rule *rules = list(f, 1);
    assert_int_equal(rules[0].id, id);
    assert_int_equal(rules[0].project_id, 1);
    assert_text_equal(rules[0].file, "known_errors");
    assert_text_equal(rules[0].body, "{\"filename\":\"a \xe2\x82\xac.py\"}");
    assert_text_equal(rules[0].added_by, "ann");
    assert_int_equal(rules[0].added_at_ms, SUNDAY_MS);
    assert_text_equal(rules[0].changed_by, "");
    assert_int_equal(rules[0].changed_at_ms, 0);
}

static void a_change_keeps_who_added_the_rule_and_its_place_in_the_order(void **state)
{
    struct fixture *f = *state;
    int64_t first = change(f, 0, "{\"a\":1}", "ann", SUNDAY_MS);
    int64_t second = change(f, 0, "{\"b\":1}", "ann", SUNDAY_MS + 1);
    change(f, first, "{\"a\":2}", "bob", SUNDAY_MS + 2);
    struct stored_rule *rules = list(f, 2);
    assert_int_equal(rules[0].id, first);
    assert_text_equal(rules[0].body, "{\"a\":2}");
    assert_text_equal(rules[0].added_by, "ann");
    assert_text_equal(rules[0].changed_by, "bob");
    assert_int_equal(rules[0].changed_at_ms, SUNDAY_MS + 2);
    assert_int_equal(rules[1].id, second);
}

static void a_removed_rule_is_gone_and_its_number_is_not_given_again(void **state)
{
    struct fixture *f = *state;
    int64_t id = change(f, 0, "{}", "ann", SUNDAY_MS);
    change(f, id, "", "bob", SUNDAY_MS + 1);
    list(f, 0);
    assert_true(change(f, 0, "{}", "ann", SUNDAY_MS + 2) > id);
}

static void the_audit_holds_each_change_newest_first(void **state)
{
    struct fixture *f = *state;
    struct audit_entry *entries;
    int64_t id = change(f, 0, "{\"a\":1}", "ann", SUNDAY_MS);
    change(f, id, "{\"a\":2}", "bob", SUNDAY_MS + 1);
    change(f, id, "", "cid", SUNDAY_MS + 2);
    assert_int_equal(list_audit(f, 0, 10, &entries), 3);
    assert_text_equal(entries[0].who, "cid");
    assert_text_equal(entries[0].before, "{\"a\":2}");
    assert_text_equal(entries[0].after, "");
    assert_text_equal(entries[1].before, "{\"a\":1}");
    assert_text_equal(entries[1].after, "{\"a\":2}");
    assert_text_equal(entries[2].before, "");
    assert_text_equal(entries[2].after, "{\"a\":1}");
    assert_text_equal(entries[2].file, "known_errors");
    assert_int_equal(entries[2].at_ms, SUNDAY_MS);
    assert_int_equal(entries[2].rule_id, id);
    assert_int_equal(entries[2].project_id, 1);
}

static void the_audit_is_read_in_pieces(void **state)
{
    struct fixture *f = *state;
    struct audit_entry *entries;
    for (int i = 0; i < 5; i++)
        change(f, 0, "{}", "ann", SUNDAY_MS + i);
    assert_int_equal(list_audit(f, 0, 2, &entries), 2);
    assert_int_equal(entries[1].at_ms, SUNDAY_MS + 3);
    assert_int_equal(list_audit(f, entries[1].id, 10, &entries), 3);
    assert_int_equal(entries[0].at_ms, SUNDAY_MS + 2);
}

static void a_rule_that_is_not_there_cannot_be_changed(void **state)
{
    struct fixture *f = *state;
    struct audit_entry *entries;
    int64_t id = change(f, 0, "{}", "ann", SUNDAY_MS);
    struct project other;
    assert_ok(
        f, store_keep_project(f->store, 2, TEXT("other"), TEXT(""), &f->arena, &other, &f->error));
    const struct rule_change wrong[] = {
        {1, id + 1, TEXT("known_errors"), TEXT("{}"), TEXT("eve"), SUNDAY_MS},
        {1, id + 1, TEXT("known_errors"), TEXT(""), TEXT("eve"), SUNDAY_MS},
        {1, id, TEXT("watched_files"), TEXT("{}"), TEXT("eve"), SUNDAY_MS},
        {2, id, TEXT("known_errors"), TEXT(""), TEXT("eve"), SUNDAY_MS},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct rule_change change = wrong[i];
        begin(f);
        assert_fails(f, ERROR_NOT_FOUND, store_change_rule(f->store, &change, &f->error));
        commit(f); // what else is in the batch is not harmed
    }
    list(f, 1);
    assert_int_equal(list_audit(f, 0, 10, &entries), 1);
}

static void projects_have_rules_of_their_own(void **state)
{
    struct fixture *f = *state;
    struct stored_rule *rules;
    struct audit_entry *entries;
    struct project other;
    size_t n = 1;
    change(f, 0, "{}", "ann", SUNDAY_MS);
    assert_ok(
        f, store_keep_project(f->store, 2, TEXT("other"), TEXT(""), &f->arena, &other, &f->error));
    assert_ok(f, store_list_rules(f->store, 2, &f->arena, &rules, &n, &f->error));
    assert_int_equal(n, 0);
    n = 1;
    assert_ok(f, store_list_audit(f->store, 2, 0, 10, &f->arena, &entries, &n, &f->error));
    assert_int_equal(n, 0);
}

static void a_change_that_is_rolled_back_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct audit_entry *entries;
    struct rule_change change = {.project_id = 1,
                                 .file = TEXT("known_errors"),
                                 .body = TEXT("{}"),
                                 .who = TEXT("ann"),
                                 .at_ms = SUNDAY_MS};
    begin(f);
    assert_ok(f, store_change_rule(f->store, &change, &f->error));
    store_rollback(f->store);
    list(f, 0);
    assert_int_equal(list_audit(f, 0, 10, &entries), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(a_rule_comes_back_as_it_was_added),
        contract_test(a_change_keeps_who_added_the_rule_and_its_place_in_the_order),
        contract_test(a_removed_rule_is_gone_and_its_number_is_not_given_again),
        contract_test(the_audit_holds_each_change_newest_first),
        contract_test(the_audit_is_read_in_pieces),
        contract_test(a_rule_that_is_not_there_cannot_be_changed),
        contract_test(projects_have_rules_of_their_own),
        contract_test(a_change_that_is_rolled_back_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
