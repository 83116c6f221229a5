// SPDX-License-Identifier: MIT
#include "test.h"

#include <arpa/inet.h>

#include "io/address.h"

static struct sockaddr_storage address_of(const char *spelled)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *four = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&storage;
    storage.ss_family = AF_INET;
    if (inet_pton(AF_INET, spelled, &four->sin_addr) != 1) {
        storage.ss_family = AF_INET6;
        assert_int_equal(inet_pton(AF_INET6, spelled, &six->sin6_addr), 1);
    }
    return storage;
}

static void networks_have_the_addresses_of_their_prefix(void **state)
{
    (void)state;
    const struct {
        const char *network, *address;
        bool has;
    } cases[] = {
        {"10.0.0.0/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.1", false},
        {"172.16.0.0/12", "172.31.9.9", true},
        {"172.16.0.0/12", "172.32.0.1", false},
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.8", false},
        {"0.0.0.0/0", "8.8.8.8", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"fd00::/8", "fd12::1", true},
        {"fd00::/8", "fe12::1", false},
        {"10.0.0.0/8", "::ffff:10.1.2.3", true},
        {"loopback", "127.9.9.9", true},
        {"loopback", "::1", true},
        {"private", "192.168.1.1", true},
        {"private", "fe80::1", true},
        {"private", "1.1.1.1", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct network networks[NETWORK_WORD_MAX];
        size_t n;
        struct sockaddr_storage address = address_of(cases[i].address);
        assert_true(network_parse(text_of(cases[i].network), networks, &n, NULL));
        assert_int_equal(network_has(networks, n, (struct sockaddr *)&address), cases[i].has);
    }
}

static void what_is_no_network_is_refused(void **state)
{
    (void)state;
    const char *wrong[] = {"",          "10.0.0.0/33", "10.0.0/8",  "fd00::/129", "10.0.0.0/-1",
                           "10.0.0.0/", "/8",          "localhost", "1.2.3.4.5",  "10.0.0.0/8x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct network networks[NETWORK_WORD_MAX];
        size_t n;
        struct error error = {0};
        assert_false(network_parse(text_of(wrong[i]), networks, &n, &error));
        assert_int_equal(error.kind, ERROR_CONFIG);
    }
}

static void addresses_are_written_without_their_disguise(void **state)
{
    (void)state;
    char out[ADDRESS_TEXT_MAX];
    struct sockaddr_storage mapped = address_of("::ffff:127.0.0.1"), six = address_of("::1");
    struct sockaddr other = {.sa_family = AF_UNIX};
    address_write((struct sockaddr *)&mapped, out);
    assert_string_equal(out, "127.0.0.1");
    assert_true(address_is_loopback((struct sockaddr *)&mapped));
    address_write((struct sockaddr *)&six, out);
    assert_string_equal(out, "::1");
    assert_true(address_is_loopback((struct sockaddr *)&six));
    address_write(&other, out);
    assert_string_equal(out, "?");
    assert_false(address_is_loopback(&other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_have_the_addresses_of_their_prefix),
        cmocka_unit_test(what_is_no_network_is_refused),
        cmocka_unit_test(addresses_are_written_without_their_disguise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
