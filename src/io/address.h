// SPDX-License-Identifier: MIT
// IP addresses and networks.
#ifndef FLAWLESS_IO_ADDRESS_H
#define FLAWLESS_IO_ADDRESS_H

#include <netinet/in.h>

#include "base/error.h"
#include "base/text.h"

enum { ADDRESS_TEXT_MAX = INET6_ADDRSTRLEN };

// An address as 16 bytes; IPv4 as IPv4-mapped IPv6. False for other families.
bool address_bytes(const struct sockaddr *address, unsigned char bytes[16]);
bool address_is_ipv4(const unsigned char bytes[16]);
bool address_is_loopback(const struct sockaddr *address);
// Without the port; IPv4-mapped addresses in their IPv4 form. "?" for other families. out:
// ADDRESS_TEXT_MAX bytes.
void address_write(const struct sockaddr *address, char *out);

struct network {
    unsigned char bytes[16];
    int prefix_len; // of the 128 bits
};

// "10.0.0.0/8", "fd00::/8", "192.0.2.7"; also the words "loopback" and "private", which stand for
// several networks and so fill more than one. networks: room for NETWORK_WORD_MAX.
enum { NETWORK_WORD_MAX = 8 };
bool network_parse(struct text spelled, struct network *networks, size_t *network_n,
                   struct error *error);
bool network_has(const struct network *networks, size_t network_n, const struct sockaddr *address);

#endif
