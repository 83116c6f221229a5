// SPDX-License-Identifier: MIT
#include "test.h"

#include <arpa/inet.h>
#include <string.h>

#include "io/forwarded.h"

static struct sockaddr_storage address_of(const char *spelled)
{
    struct sockaddr_storage storage = {.ss_family = AF_INET};
    if (inet_pton(AF_INET, spelled, &((struct sockaddr_in *)&storage)->sin_addr) != 1) {
        storage.ss_family = AF_INET6;
        assert_int_equal(
            inet_pton(AF_INET6, spelled, &((struct sockaddr_in6 *)&storage)->sin6_addr), 1);
    }
    return storage;
}

static void the_client_is_the_right_most_address_that_is_not_trusted(void **state)
{
    (void)state;
    static const struct {
        const char *peer, *header, *client;
    } cases[] = {
        {"8.8.8.8", "", "8.8.8.8"},
        {"8.8.8.8", "10.0.0.9", "8.8.8.8"}, // a stranger's word
        {"10.0.0.1", "", "10.0.0.1"},
        {"10.0.0.1", "8.8.8.8", "8.8.8.8"},
        {"10.0.0.1", "127.0.0.1, 8.8.8.8", "8.8.8.8"}, // the stranger wrote the first one
        {"10.0.0.1", "8.8.8.8, 10.0.0.2 ,10.0.0.3", "8.8.8.8"},
        {"10.0.0.1", "10.0.0.7, 10.0.0.2", "10.0.0.7"},
        {"10.0.0.1", "8.8.8.8:4711", "8.8.8.8"},
        {"10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"},
        {"10.0.0.1", "[2001:db8::1]", "2001:db8::1"},
        {"10.0.0.1", "2001:db8::1", "2001:db8::1"},
        {"10.0.0.1", "::ffff:10.0.0.2", "10.0.0.2"},
        {"::ffff:10.0.0.1", "8.8.8.8", "8.8.8.8"},
        {"fd00::1", "8.8.8.8", "8.8.8.8"},
        // what cannot be read is nobody, rather than the proxy
        {"10.0.0.1", "unknown", "?"},
        {"10.0.0.1", "8.8.8.8, ", "?"},
        {"10.0.0.1", "8.8.8.8, 10.0.0.2, [", "?"},
        {"10.0.0.1", "8.8.8.8]", "?"},
        {"10.0.0.1", "1234567890123456789012345678901234567890123456789012345", "?"},
    };
    struct network trusted[2];
    size_t n;
    assert_true(network_parse(TEXT("10.0.0.0/8"), &trusted[0], &n, NULL));
    assert_true(network_parse(TEXT("fd00::/8"), &trusted[1], &n, NULL));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sockaddr_storage peer = address_of(cases[i].peer), client;
        char written[ADDRESS_TEXT_MAX];
        forwarded_client(trusted, 2, (struct sockaddr *)&peer, text_of(cases[i].header), &client);
        address_write((struct sockaddr *)&client, written);
        assert_string_equal(written, cases[i].client);
    }
}

static void the_last_proxy_says_whether_it_was_tls(void **state)
{
    (void)state;
    assert_true(forwarded_is_https(TEXT("https")));
    assert_true(forwarded_is_https(TEXT("http, HTTPS ")));
    assert_false(forwarded_is_https(TEXT("https, http")));
    assert_false(forwarded_is_https(TEXT("")));
    assert_false(forwarded_is_https(TEXT("httpsx")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_client_is_the_right_most_address_that_is_not_trusted),
        cmocka_unit_test(the_last_proxy_says_whether_it_was_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
