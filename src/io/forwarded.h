// SPDX-License-Identifier: MIT
// Who asks through proxies. Each proxy adds at the right end of X-Forwarded-For whom it heard the
// request from; what stands left of the first address that we do not trust, anybody may have
// written.
#ifndef FLAWLESS_IO_FORWARDED_H
#define FLAWLESS_IO_FORWARDED_H

#include "io/address.h"

// The right-most address that is in none of the networks, or the left-most of all when all are.
// peer: who is connected; header: all values of X-Forwarded-For, joined by commas, any bytes. Each
// is an address with or without a port, IPv6 with or without brackets. *client gets port 0, and
// family AF_UNSPEC (which is in no network) when a trusted proxy's word cannot be read.
void forwarded_client(const struct network *trusted, size_t trusted_n, const struct sockaddr *peer,
                      struct text header, struct sockaddr_storage *client);

// Whether the proxy next to us was asked over TLS: the right-most value of X-Forwarded-Proto.
bool forwarded_is_https(struct text header);

#endif
