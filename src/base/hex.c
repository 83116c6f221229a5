// SPDX-License-Identifier: MIT
#include "base/hex.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "base/error.h"

void hex_write(const unsigned char *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}

bool hex_is(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if (!isxdigit((unsigned char)t.at[i]))
            return false;
    return t.len > 0;
}

void hex_random(size_t len, char *out)
{
    unsigned char bytes[64];
    check(len <= sizeof bytes);
    check(sodium_init() >= 0);
    randombytes_buf(bytes, len);
    hex_write(bytes, len, out);
}

struct digest digest_of(const struct text *parts, size_t part_n)
{
    return digest_keyed(NULL, 0, parts, part_n);
}

struct digest digest_keyed(const unsigned char *key, size_t key_len, const struct text *parts,
                           size_t part_n)
{
    struct digest digest;
    crypto_generichash_state state;
    check(sodium_init() >= 0);
    crypto_generichash_init(&state, key, key_len, sizeof digest.bytes);
    for (size_t i = 0; i < part_n; i++) {
        unsigned char len[8]; // little-endian on every machine
        for (int byte = 0; byte < 8; byte++)
            len[byte] = (unsigned char)((uint64_t)parts[i].len >> (8 * byte));
        crypto_generichash_update(&state, len, sizeof len);
        crypto_generichash_update(&state, (const unsigned char *)parts[i].at, parts[i].len);
    }
    crypto_generichash_final(&state, digest.bytes, sizeof digest.bytes);
    return digest;
}
