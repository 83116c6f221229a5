// SPDX-License-Identifier: MIT
// Hashes, random bytes and their hexadecimal spelling.
#ifndef FLAWLESS_BASE_HEX_H
#define FLAWLESS_BASE_HEX_H

#include "base/text.h"

// out gets 2 * len lowercase digits and a NUL.
void hex_write(const unsigned char *bytes, size_t len, char *out);
bool hex_is(struct text t); // only hexadecimal digits of any case, and at least one

// len random bytes spelled as 2 * len digits and a NUL. Secure.
void hex_random(size_t len, char *out);

// Incremental 128-bit hash, the same on every machine: for keys that are stored.
struct digest {
    unsigned char bytes[16];
};
struct digest digest_of(const struct text *parts, size_t part_n); // part boundaries count
// The same by a key of at most 64 bytes.
struct digest digest_keyed(const unsigned char *key, size_t key_len, const struct text *parts,
                           size_t part_n);

#endif
