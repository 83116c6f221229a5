// SPDX-License-Identifier: MIT
// Who may see the pages.
#include "contract.h"
#include "io/store_users.h"

static void add(struct fixture *f, const char *name)
{
    const struct user user = {
        .name = text_of(name), .password_hash = TEXT("$argon2id$x"), .made_at_ms = SUNDAY_MS};
    begin(f);
    assert_ok(f, store_add_user(f->store, &user, &f->error));
    commit(f);
}

static void add_session(struct fixture *f, const char *name, const char *digest, int64_t at_ms)
{
    const struct session session = {text_of(digest), text_of(name), at_ms, at_ms};
    begin(f);
    assert_ok(f, store_add_session(f->store, &session, &f->error));
    commit(f);
}

static bool has_session(struct fixture *f, const char *digest)
{
    struct session session;
    return store_find_session(f->store, text_of(digest), &f->arena, &session, &f->error);
}

static void a_user_is_found_as_it_was_added(void **state)
{
    struct fixture *f = *state;
    struct user user, *users;
    size_t n;
    add(f, "bob@example.com");
    add(f, "ada@example.com");
    struct store *reader = fixture_reader(f);
    assert_ok(f, store_find_user(reader, TEXT("ada@example.com"), &f->arena, &user, &f->error));
    assert_text_equal(user.name, "ada@example.com");
    assert_text_equal(user.password_hash, "$argon2id$x");
    assert_false(user.has_token);
    assert_int_equal(user.made_at_ms, SUNDAY_MS);
    assert_ok(f, store_list_users(reader, &f->arena, &users, &n, &f->error));
    assert_int_equal(n, 2);
    assert_text_equal(users[0].name, "ada@example.com");
    assert_text_equal(users[1].name, "bob@example.com");
    assert_fails(f, ERROR_NOT_FOUND,
                 store_find_user(reader, TEXT("Ada@example.com"), &f->arena, &user, &f->error));
    store_close(reader);
}

static void a_name_is_taken_once(void **state)
{
    struct fixture *f = *state;
    const struct user again = {.name = TEXT("ada@example.com"), .password_hash = TEXT("other")};
    struct user user;
    add(f, "ada@example.com");
    begin(f);
    assert_fails(f, ERROR_REFUSED, store_add_user(f->store, &again, &f->error));
    store_rollback(f->store);
    assert_ok(f, store_find_user(f->store, again.name, &f->arena, &user, &f->error));
    assert_text_equal(user.password_hash, "$argon2id$x");
}

static void a_removed_user_leaves_no_session_and_no_token(void **state)
{
    struct fixture *f = *state;
    struct user user;
    add(f, "ada@example.com");
    add(f, "bob@example.com");
    add_session(f, "ada@example.com", "d1", SUNDAY_MS);
    add_session(f, "bob@example.com", "d2", SUNDAY_MS);
    begin(f);
    assert_ok(f, store_set_token(f->store, TEXT("ada@example.com"), TEXT("t1"), &f->error));
    assert_ok(f, store_remove_user(f->store, TEXT("ada@example.com"), &f->error));
    commit(f);
    assert_false(has_session(f, "d1"));
    assert_true(has_session(f, "d2"));
    assert_fails(f, ERROR_NOT_FOUND,
                 store_find_token_user(f->store, TEXT("t1"), &f->arena, &user, &f->error));
    begin(f);
    assert_fails(f, ERROR_NOT_FOUND,
                 store_remove_user(f->store, TEXT("ada@example.com"), &f->error));
    store_rollback(f->store);
}

static void another_password_ends_the_sessions(void **state)
{
    struct fixture *f = *state;
    struct user user;
    add(f, "ada@example.com");
    add_session(f, "ada@example.com", "d1", SUNDAY_MS);
    begin(f);
    assert_ok(f, store_set_password(f->store, TEXT("ada@example.com"), TEXT("new"), &f->error));
    commit(f);
    assert_false(has_session(f, "d1"));
    assert_ok(f, store_find_user(f->store, TEXT("ada@example.com"), &f->arena, &user, &f->error));
    assert_text_equal(user.password_hash, "new");
    begin(f);
    assert_fails(f, ERROR_NOT_FOUND,
                 store_set_password(f->store, TEXT("bob@example.com"), TEXT("new"), &f->error));
    store_rollback(f->store);
}

static void a_token_is_replaced_and_taken_away(void **state)
{
    struct fixture *f = *state;
    static const struct text name = TEXT("ada@example.com"), none = TEXT("");
    struct user user;
    add(f, "ada@example.com");
    add(f, "bob@example.com");
    begin(f);
    assert_ok(f, store_set_token(f->store, name, TEXT("t1"), &f->error));
    assert_ok(f, store_set_token(f->store, name, TEXT("t2"), &f->error));
    commit(f);
    assert_ok(f, store_find_token_user(f->store, TEXT("t2"), &f->arena, &user, &f->error));
    assert_text_equal(user.name, "ada@example.com");
    assert_true(user.has_token);
    assert_fails(f, ERROR_NOT_FOUND,
                 store_find_token_user(f->store, TEXT("t1"), &f->arena, &user, &f->error));
    begin(f);
    assert_ok(f, store_set_token(f->store, name, none, &f->error));
    commit(f);
    assert_fails(f, ERROR_NOT_FOUND,
                 store_find_token_user(f->store, TEXT("t2"), &f->arena, &user, &f->error));
    // who has no token is not found by the empty one
    assert_fails(f, ERROR_NOT_FOUND,
                 store_find_token_user(f->store, none, &f->arena, &user, &f->error));
}

static void a_session_lives_until_it_is_removed_or_idle(void **state)
{
    struct fixture *f = *state;
    struct session session;
    add(f, "ada@example.com");
    add_session(f, "ada@example.com", "d1", SUNDAY_MS);
    add_session(f, "ada@example.com", "d2", SUNDAY_MS);
    add_session(f, "ada@example.com", "d3", SUNDAY_MS);
    begin(f);
    assert_ok(f, store_use_session(f->store, TEXT("d1"), SUNDAY_MS + DAY_MS, &f->error));
    assert_ok(f, store_use_session(f->store, TEXT("none"), SUNDAY_MS + DAY_MS, &f->error));
    assert_ok(f, store_remove_session(f->store, TEXT("d2"), &f->error));
    assert_ok(f, store_remove_session(f->store, TEXT("none"), &f->error));
    commit(f);
    assert_false(has_session(f, "d2"));
    assert_ok(f, store_find_session(f->store, TEXT("d1"), &f->arena, &session, &f->error));
    assert_text_equal(session.user_name, "ada@example.com");
    assert_int_equal(session.begun_at_ms, SUNDAY_MS);
    assert_int_equal(session.used_at_ms, SUNDAY_MS + DAY_MS);
    begin(f);
    assert_ok(f, store_remove_idle_sessions(f->store, SUNDAY_MS + 1, &f->error));
    commit(f);
    assert_true(has_session(f, "d1"));
    assert_false(has_session(f, "d3"));
}

static void nobody_has_a_session_who_is_no_user(void **state)
{
    struct fixture *f = *state;
    const struct session session = {TEXT("d"), TEXT("nobody@example.com"), 1, 1};
    begin(f);
    assert_fails(f, ERROR_NOT_FOUND, store_add_session(f->store, &session, &f->error));
    store_rollback(f->store);
}

static void the_key_stays_the_same(void **state)
{
    struct fixture *f = *state;
    struct seal_key first, again;
    assert_ok(f, store_keep_seal_key(f->store, &first, &f->error));
    fixture_reopen(f);
    assert_ok(f, store_keep_seal_key(f->store, &again, &f->error));
    assert_memory_equal(&first, &again, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(a_user_is_found_as_it_was_added),
        contract_test(a_name_is_taken_once),
        contract_test(a_removed_user_leaves_no_session_and_no_token),
        contract_test(another_password_ends_the_sessions),
        contract_test(a_token_is_replaced_and_taken_away),
        contract_test(a_session_lives_until_it_is_removed_or_idle),
        contract_test(nobody_has_a_session_who_is_no_user),
        contract_test(the_key_stays_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
