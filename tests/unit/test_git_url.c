// SPDX-License-Identifier: MIT
#include "test.h"

#include "git_sandbox.h"
#include "io/git_remote.h"

static struct arena arena;

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct git_url read_url(const char *written)
{
    struct git_url url;
    struct error error = {0};
    if (!git_url_read(written, &arena, &url, &error))
        fail_msg("%s: %s", written, error.message);
    return url;
}

static void a_password_is_in_nothing_that_is_shown_or_given_as_an_argument(void **state)
{
    (void)state;
    struct git_url url = read_url("https://me:hun%2Fter2@git.example.com:8443/a/shop.git");
    assert_string_equal(url.plain, "https://git.example.com:8443/a/shop.git");
    assert_string_equal(url.shown, "https://me:***@git.example.com:8443/a/shop.git");
    assert_string_equal(url.host, "https://git.example.com:8443");
    assert_string_equal(url.user, "me");
    assert_string_equal(url.password, "hun/ter2");
    struct git_url token = read_url("https://abc123@git.example.com/shop.git");
    assert_string_equal(token.plain, "https://git.example.com/shop.git");
    assert_string_equal(token.shown, "https://***@git.example.com/shop.git");
    assert_string_equal(token.user, "abc123");
    assert_string_equal(token.password, "");
}

static void a_password_is_masked_wherever_a_message_has_it(void **state)
{
    (void)state;
    struct git_url url = read_url("https://me:a%40b@git.example.com/x");
    struct error error = {0};
    error_set(&error, ERROR_SYSTEM, "a%%40b and a@b, a@ba@b");
    git_url_mask(&url, &error);
    assert_string_equal(error.message, "*** and ***, ******");
    url = read_url("https://me:*@git.example.com/x");
    error_set(&error, ERROR_SYSTEM, "*");
    git_url_mask(&url, &error);
    assert_string_equal(error.message, "***");
    url = read_url("https://to%6ben:@git.example.com/x");
    error_set(&error, ERROR_SYSTEM, "to%%6ben: and token");
    git_url_mask(&url, &error);
    assert_string_equal(error.message, "*** and ***");
}

static void other_addresses_are_taken_as_they_are(void **state)
{
    (void)state;
    static const char *const urls[] = {"ssh://git@git.example.com:22/shop.git",
                                       "git@git.example.com:team/shop.git",
                                       "git://git.example.com/shop.git",
                                       "http://[::1]:8080/shop.git",
                                       "file:///srv/git/shop.git",
                                       "/srv/git/shop.git",
                                       "/srv/my repositories/shop.git"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        assert_string_equal(read_url(urls[i]).plain, urls[i]);
}

static void what_git_must_not_be_given_is_refused_without_the_password(void **state)
{
    (void)state;
    static const char *const urls[] = {"",
                                       "-x",
                                       "--upload-pack=touch /tmp/x",
                                       "ext::sh -c touch% /tmp/x",
                                       "fd::17",
                                       "ftp://hidden@git.example.com/x",
                                       "https://",
                                       "https:///x",
                                       "ssh://-oProxyCommand=hidden/x",
                                       "ssh://me:hidden@git.example.com/x",
                                       "https://me:hid/den@git.example.com/x",
                                       "https://me:hidden%0a@git.example.com/x",
                                       "https://me:hidden@git.example.com/a b",
                                       "shop",
                                       "../shop.git"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct git_url url;
        struct error error = {0};
        if (git_url_read(urls[i], &arena, &url, &error))
            fail_msg("%s was taken", urls[i]);
        assert_int_equal(error.kind, ERROR_CONFIG);
        assert_non_null(strstr(error.message, "repo_url"));
        assert_null(strstr(error.message, "hid"));
    }
}

static void a_url_can_be_tried(void **state)
{
    (void)state;
    struct sandbox box;
    struct error error = {0};
    sandbox_open(&box);
    sandbox_write(&box, "a.py", "x = 1\n");
    sandbox_commit(&box, "ada@shop.example", "one");
    assert_true(repository_try_url("git", box.repo, 20000, &error));
    assert_true(
        repository_try_url(NULL, arena_printf(&arena, "file://%s", box.repo).at, 20000, &error));
    const char *missing = arena_printf(&arena, "file://%s/missing", box.dir).at;
    assert_false(repository_try_url("git", missing, 20000, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    assert_non_null(strstr(error.message, missing));
    assert_non_null(strstr(error.message, "there is no repository"));
    assert_false(repository_try_url("git", "ext::true", 20000, &error));
    assert_int_equal(error.kind, ERROR_CONFIG);
    sandbox_close(&box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_is_in_nothing_that_is_shown_or_given_as_an_argument),
        cmocka_unit_test(a_password_is_masked_wherever_a_message_has_it),
        cmocka_unit_test(other_addresses_are_taken_as_they_are),
        cmocka_unit_test(what_git_must_not_be_given_is_refused_without_the_password),
        cmocka_unit_test(a_url_can_be_tried),
    };
    return cmocka_run_group_tests(tests, NULL, release_arena);
}
