// SPDX-License-Identifier: MIT
#include "base/seal.h"

#include <sodium.h>

#include "base/error.h"
#include "base/hex.h"

void seal_key_make(struct seal_key *key)
{
    check(sodium_init() >= 0);
    randombytes_buf(key->bytes, sizeof key->bytes);
}

bool seal_key_read(struct text hex, struct seal_key *key)
{
    size_t len = 0;
    return hex.len == 2 * sizeof key->bytes &&
           sodium_hex2bin(key->bytes, sizeof key->bytes, hex.at, hex.len, NULL, &len, NULL) == 0 &&
           len == sizeof key->bytes;
}

void seal_key_write(const struct seal_key *key, char hex[65])
{
    hex_write(key->bytes, sizeof key->bytes, hex);
}

void seal_write(const struct seal_key *key, const char *purpose, const struct text *parts,
                size_t part_n, char seal[SEAL_LEN + 1])
{
    struct text all[SEAL_PART_MAX + 1] = {text_of(purpose)};
    check(part_n <= SEAL_PART_MAX);
    for (size_t i = 0; i < part_n; i++)
        all[i + 1] = parts[i];
    struct digest digest = digest_keyed(key->bytes, sizeof key->bytes, all, part_n + 1);
    hex_write(digest.bytes, sizeof digest.bytes, seal);
}

bool seal_fits(const struct seal_key *key, const char *purpose, const struct text *parts,
               size_t part_n, struct text seal)
{
    char right[SEAL_LEN + 1];
    if (seal.len != SEAL_LEN)
        return false;
    seal_write(key, purpose, parts, part_n, right);
    return sodium_memcmp(right, seal.at, SEAL_LEN) == 0;
}
