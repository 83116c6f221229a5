// SPDX-License-Identifier: MIT
#include "test.h"

#include "report/dsn.h"

static void a_dsn_is_taken_apart(void **state)
{
    (void)state;
    struct dsn dsn;
    assert_true(dsn_parse(TEXT("https://abc:hush@example.org:8443/a/b/42"), &dsn, NULL));
    assert_true(dsn.is_tls);
    assert_text_equal(dsn.key, "abc");
    assert_text_equal(dsn.host, "example.org");
    assert_int_equal(dsn.port, 8443);
    assert_text_equal(dsn.path, "/a/b");
    assert_text_equal(dsn.project, "42");
}

static void all_that_may_be_missing_has_a_default(void **state)
{
    (void)state;
    struct dsn dsn;
    assert_true(dsn_parse(TEXT("http://abc@localhost/1"), &dsn, NULL));
    assert_int_equal(dsn.port, 80);
    assert_text_equal(dsn.path, "");
    assert_true(dsn_parse(TEXT("https://abc:@h/1/"), &dsn, NULL));
    assert_int_equal(dsn.port, 443);
    assert_text_equal(dsn.key, "abc");
    assert_text_equal(dsn.project, "1");
    assert_true(dsn_parse(TEXT("http://abc@[::1]:9028/7"), &dsn, NULL));
    assert_text_equal(dsn.host, "::1");
    assert_true(dsn.is_ipv6);
    assert_int_equal(dsn.port, 9028);
    assert_true(dsn_parse(TEXT("http://abc@[::1]/7"), &dsn, NULL));
    assert_int_equal(dsn.port, 80);
}

static void what_is_no_dsn_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "x",
        "ftp://a@h/1",
        "http://",
        "http://h/1",
        "http://@h/1",
        "http://:s@h/1",
        "http://a@/1",
        "http://a@h",
        "http://a@h/",
        "http://a@h:0/1",
        "http://a@h:70000/1",
        "http://a@h:x/1",
        "http://a@[::1/1",
        "http://a@[]/1",
        "http://a@[::1]x/1",
    };
    struct dsn dsn;
    struct error error;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (dsn_parse(text_of(texts[i]), &dsn, &error))
            fail_msg("%s is taken", texts[i]);
    assert_false(dsn_parse(TEXT("http://a:hush@h:x/1"), &dsn, &error));
    assert_null(strstr(error.message, "hush"));
}

static struct text found(const char *x_sentry_auth, const char *authorization, const char *query,
                         const char *envelope)
{
    struct text key = {0};
    if (!auth_find_key(text_of(x_sentry_auth), text_of(authorization), text_of(query),
                       text_of(envelope), &key))
        return TEXT("(none)");
    return key;
}

static void the_first_key_in_order_counts(void **state)
{
    (void)state;
    const char *a = "Sentry sentry_version=7, sentry_client=x/1, sentry_key=aa, sentry_secret=s";
    const char *b = "sentry sentry_key=bb,sentry_version=7";
    assert_text_equal(found(a, b, "cc", "dd"), "aa");
    assert_text_equal(found("", b, "cc", "dd"), "bb");
    assert_text_equal(found("Sentry", "Bearer x", "cc", "dd"), "cc");
    assert_text_equal(found("Sentry sentry_version=7", "", "", "dd"), "dd");
    assert_text_equal(found("Sentry sentry_key=", "Basic YTo=", "", ""), "(none)");
    assert_text_equal(found(NULL, NULL, NULL, NULL), "(none)");
    assert_text_equal(found("Sentrysentry_key=aa", "", "", ""), "(none)");
    assert_text_equal(found(" Sentry\tsentry_key = aa ,", "", "", ""), "aa");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dsn_is_taken_apart),
        cmocka_unit_test(all_that_may_be_missing_has_a_default),
        cmocka_unit_test(what_is_no_dsn_is_refused),
        cmocka_unit_test(the_first_key_in_order_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
