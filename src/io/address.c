// SPDX-License-Identifier: MIT
#include "io/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const unsigned char mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool address_bytes(const struct sockaddr *address, unsigned char bytes[16])
{
    if (address->sa_family == AF_INET) {
        memcpy(bytes, mapped_prefix, 12);
        memcpy(bytes + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
        return true;
    }
    if (address->sa_family == AF_INET6) {
        memcpy(bytes, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
        return true;
    }
    return false;
}

bool address_is_ipv4(const unsigned char bytes[16])
{
    return memcmp(bytes, mapped_prefix, 12) == 0;
}

bool address_is_loopback(const struct sockaddr *address)
{
    unsigned char bytes[16];
    if (!address_bytes(address, bytes))
        return false;
    if (address_is_ipv4(bytes))
        return bytes[12] == 127;
    return memcmp(bytes, &in6addr_loopback, 16) == 0;
}

void address_write(const struct sockaddr *address, char *out)
{
    unsigned char bytes[16];
    const char *written = NULL;
    if (address_bytes(address, bytes)) {
        if (address_is_ipv4(bytes))
            written = inet_ntop(AF_INET, bytes + 12, out, ADDRESS_TEXT_MAX);
        else
            written = inet_ntop(AF_INET6, bytes, out, ADDRESS_TEXT_MAX);
    }
    if (!written)
        memcpy(out, "?", 2);
}

static bool parse_one(struct text spelled, struct network *network)
{
    char address[ADDRESS_TEXT_MAX];
    size_t slash = text_find(spelled, '/');
    int64_t prefix_len = -1;
    if (slash == 0 || slash >= sizeof address)
        return false;
    if (slash < spelled.len &&
        (!text_to_int64(text_from(spelled, slash + 1), &prefix_len) || prefix_len < 0))
        return false;
    memcpy(address, spelled.at, slash);
    address[slash] = '\0';
    if (inet_pton(AF_INET, address, network->bytes + 12) == 1) {
        memcpy(network->bytes, mapped_prefix, 12);
        network->prefix_len = prefix_len < 0 ? 128 : 96 + (int)prefix_len;
        return prefix_len <= 32;
    }
    if (inet_pton(AF_INET6, address, network->bytes) == 1) {
        network->prefix_len = prefix_len < 0 ? 128 : (int)prefix_len;
        return prefix_len <= 128;
    }
    return false;
}

bool network_parse(struct text spelled, struct network *networks, size_t *network_n,
                   struct error *error)
{
    static const struct {
        const char *word;
        const char *networks[NETWORK_WORD_MAX];
    } words[] = {
        {"loopback", {"127.0.0.0/8", "::1"}},
        // RFC 1918, RFC 6598, link-local, RFC 4193
        {"private",
         {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
          "fc00::/7", "fe80::/10"}},
    };
    *network_n = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal(spelled, text_of(words[i].word))) {
            for (; *network_n < NETWORK_WORD_MAX && words[i].networks[*network_n]; ++*network_n)
                check(parse_one(text_of(words[i].networks[*network_n]), &networks[*network_n]));
            return true;
        }
    if (!parse_one(spelled, networks))
        return error_set(error, ERROR_CONFIG,
                         "\"%.*s\" is not a network; write for example 10.0.0.0/8, fd00::/8, "
                         "192.0.2.7, loopback or private",
                         TEXT_ARG(text_clip(spelled, 80)));
    *network_n = 1;
    return true;
}

static bool has_prefix(const unsigned char *address, const struct network *network)
{
    int whole = network->prefix_len / 8, bits = network->prefix_len % 8;
    if (memcmp(address, network->bytes, (size_t)whole) != 0)
        return false;
    unsigned char mask = (unsigned char)(0xff << (8 - bits));
    return bits == 0 || ((address[whole] ^ network->bytes[whole]) & mask) == 0;
}

bool network_has(const struct network *networks, size_t network_n, const struct sockaddr *address)
{
    unsigned char bytes[16];
    if (!address_bytes(address, bytes))
        return false;
    for (size_t i = 0; i < network_n; i++)
        if (has_prefix(bytes, &networks[i]))
            return true;
    return false;
}
