// SPDX-License-Identifier: MIT
#include "test.h"

#include "report/scrub.h"

static struct arena arena;

static int stop(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static bool is_secret(const char *name)
{
    return scrub_is_secret_name(text_of(name));
}

#define assert_scrubbed(text, expected)                                                            \
    assert_text_equal(scrub_text(&arena, text_of(text)), expected)
#define assert_kept(text) assert_scrubbed(text, text)

static void names_are_secret_in_any_spelling(void **state)
{
    (void)state;
    static const char *const names[] = {
        "password",
        "PASSWORD",
        "db_password",
        "userPassword",
        "password1",
        "PGPASSWORD",
        "passwd",
        "passphrase",
        "secret",
        "SECRET_KEY",
        "clientSecret",
        "client_key",
        "token",
        "access-token",
        "accessToken",
        "refresh_token",
        "x-csrf-token",
        "csrfmiddlewaretoken",
        "csrftoken",
        "csrf",
        "xsrf",
        "XSRF-TOKEN",
        "X-Api-Key",
        "apiKey",
        "APIKey",
        "apikey",
        "API_KEY",
        "Authorization",
        "auth",
        "proxy-authorization",
        "HTTP_COOKIE",
        "Set-Cookie",
        "cookies",
        "session",
        "sessionid",
        "PHPSESSID",
        "JSESSIONID",
        "sessid",
        "request.session",
        "credentials",
        "awsCredential",
        "private_key",
        "privateKey",
        "privatekey",
        "ssh_key",
        "signing_key",
        "encryption_key",
        "master-key",
        "aws_access_key",
        "accesskey",
        "secretkey",
        "mysql_pwd",
        "db_pass",
        "smtp_pass",
        "connect.sid",
        "card_number",
        "creditCard",
        "credit_card",
        "cardnumber",
        "creditcard",
        "cvv",
        "cvc",
        "ssn",
        "jwt",
        "bearer",
        "accesstoken",
        "refreshtoken",
        "authtoken",
        "xsrftoken",
        "passwords",
        "secrets",
        "credential",
        "cookie",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!is_secret(names[i]))
            fail_msg("%s is not secret", names[i]);
}

static void names_that_only_contain_a_secret_word_are_not_secret(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "a",
        "user",
        "author",
        "authority",
        "tokenizer",
        "tokens",
        "compass",
        "bypass",
        "secretary",
        "obsession",
        "sessions_page",
        "cookiecutter",
        "keyboard",
        "monkey",
        "passes",
        "key",
        "api",
        "access",
        "privately_keyed",
        "cvx",
        "ssnx",
        "max_tokens",
        "callback",
        "self",
        "request",
        "response",
        "path",
        "PWD",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_secret(names[i]))
            fail_msg("%s is secret", names[i]);
}

static void values_after_secret_names_are_hidden_in_every_notation(void **state)
{
    (void)state;
    assert_scrubbed("{'user': 'a', 'password': 'p\\'q', 'n': 1}",
                    "{'user': 'a', 'password': '[Filtered]', 'n': 1}");
    assert_scrubbed("{\"password\": \"p\\\"q\", \"n\": 1}",
                    "{\"password\": \"[Filtered]\", \"n\": 1}");
    assert_scrubbed("{\"body\":\"{\\\"token\\\":\\\"abc\\\",\\\"n\\\":1}\"}",
                    "{\"body\":\"{\\\"token\\\":\\\"[Filtered]\\\",\\\"n\\\":1}\"}");
    assert_scrubbed("a=1&password=p%20q&b=2", "a=1&password=[Filtered]&b=2");
    assert_scrubbed("password=x", "password=[Filtered]");
    assert_scrubbed("<User name='a' api_key=u'b'>", "<User name='a' api_key=u'[Filtered]'>");
    assert_scrubbed("{'token': b'abc'}", "{'token': b'[Filtered]'}");
    assert_scrubbed("{\"password\"=>\"x\", :token=>\"y\"}",
                    "{\"password\"=>\"[Filtered]\", :token=>\"[Filtered]\"}");
    assert_scrubbed("{session: {id: 5, of: [1]}, n: 2}", "{session: [Filtered], n: 2}");
    assert_scrubbed("S(session=<Session at 0x7f>, n=1)", "S(session=[Filtered], n=1)");
    assert_scrubbed("{\"password\":123,\"n\":1}", "{\"password\":[Filtered],\"n\":1}");
    assert_scrubbed("password := \"x\"", "password := \"[Filtered]\"");
    assert_scrubbed("it said {'password': 'cut o", "it said {'password': '[Filtered]");
}

static void headers_are_hidden_to_the_end_of_the_line(void **state)
{
    (void)state;
    assert_scrubbed("GET /\nCookie: a=b; c=d\r\nHost: x\nAuthorization: Bearer abc def\n",
                    "GET /\nCookie: [Filtered]\r\nHost: x\nAuthorization: [Filtered]\n");
    assert_scrubbed("env HTTP_COOKIE=a=b; c=d", "env HTTP_COOKIE=[Filtered]");
    assert_scrubbed("curl -H 'Authorization: Basic abc def' x",
                    "curl -H 'Authorization: [Filtered]' x");
}

static void what_is_no_assignment_is_kept(void **state)
{
    (void)state;
    assert_kept("token == 5");
    assert_kept("if token != x and session >= y");
    assert_kept("Token::new(a)");
    assert_kept("password=");
    assert_kept("password: ''");
    assert_kept("the password is wrong");
    assert_kept("");
    assert_kept("=");
    assert_kept(":::::=====");
}

static void private_keys_are_hidden_whole(void **state)
{
    (void)state;
    assert_scrubbed("k '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n' e",
                    "k '[Filtered]\n' e");
    assert_scrubbed("-----BEGIN PRIVATE KEY-----\nMIIE", "[Filtered]");
    assert_kept("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----");
}

static void card_numbers_are_hidden_when_the_check_digit_is_right(void **state)
{
    (void)state;
    assert_scrubbed("card 4111111111111111.", "card [Filtered].");
    assert_scrubbed("4111 1111 1111 1111 and 3782-822463-10005", "[Filtered] and [Filtered]");
    assert_scrubbed("'5555555555554444'", "'[Filtered]'");
    assert_kept("4111111111111112");
    assert_kept("1700000000123");
    assert_kept("0.4111111111111111");
    assert_kept("x4111111111111111");
    assert_kept("41111111111111111111111");
    assert_kept("4111-1111 1111-1111");
}

static void tokens_of_well_known_services_are_hidden(void **state)
{
    (void)state;
    assert_scrubbed("use AKIAIOSFODNN7EXAMPLE now", "use [Filtered] now");
    assert_scrubbed("ghp_0123456789012345678901234567890123456", "[Filtered]");
    assert_scrubbed("'xoxb-123456789012-abcdefghij'", "'[Filtered]'");
    assert_scrubbed("sk_live_0123456789abcdef0123", "[Filtered]");
    assert_scrubbed("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc-def_ghi", "[Filtered]");
    assert_kept("AKIA is a prefix");
    assert_kept("sk_live_short");
    assert_kept("eyJ0123456789012345678901234567890123456789");
}

static void the_password_in_a_url_is_hidden(void **state)
{
    (void)state;
    assert_scrubbed("postgres://bob:s3c:r@t@db:5432/x", "postgres://bob:[Filtered]@db:5432/x");
    assert_kept("http://example.org:80/a@b");
    assert_kept("http://bob@example.org/");
    assert_kept("redis://:@h");
}

static void messages_are_only_scrubbed_by_shape(void **state)
{
    (void)state;
    assert_text_equal(scrub_shapes(&arena, TEXT("token: x, card 4111111111111111")),
                      "token: x, card [Filtered]");
}

static void scrubbing_twice_changes_nothing_more(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "password='a'='b' token: c", "Cookie: a\nsession={a: {b}} c",
        "x://u:p@h token=x:y=z",     "password=[Filtered]more",
        "secret: secret: secret=1",  "\"password\"\"token\":\"a\":\"b\"",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct text once = scrub_text(&arena, text_of(texts[i]));
        assert_text(scrub_text(&arena, once), once, __FILE__, __LINE__);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_secret_in_any_spelling),
        cmocka_unit_test(names_that_only_contain_a_secret_word_are_not_secret),
        cmocka_unit_test(values_after_secret_names_are_hidden_in_every_notation),
        cmocka_unit_test(headers_are_hidden_to_the_end_of_the_line),
        cmocka_unit_test(what_is_no_assignment_is_kept),
        cmocka_unit_test(private_keys_are_hidden_whole),
        cmocka_unit_test(card_numbers_are_hidden_when_the_check_digit_is_right),
        cmocka_unit_test(tokens_of_well_known_services_are_hidden),
        cmocka_unit_test(the_password_in_a_url_is_hidden),
        cmocka_unit_test(messages_are_only_scrubbed_by_shape),
        cmocka_unit_test(scrubbing_twice_changes_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
