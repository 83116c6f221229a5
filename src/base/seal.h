// SPDX-License-Identifier: MIT
// Marks that only we can make: on forms and links that come back, so that nobody changed or made
// them up. Keyed BLAKE2b.
#ifndef FLAWLESS_BASE_SEAL_H
#define FLAWLESS_BASE_SEAL_H

#include "base/text.h"

enum { SEAL_LEN = 32, SEAL_PART_MAX = 8 }; // SEAL_LEN: hexadecimal digits

struct seal_key {
    unsigned char bytes[32];
};
void seal_key_make(struct seal_key *key);
bool seal_key_read(struct text hex, struct seal_key *key); // 64 digits
void seal_key_write(const struct seal_key *key, char hex[65]);

// purpose: a seal for one thing is good for nothing else. Where one part ends and the next begins
// counts, too.
void seal_write(const struct seal_key *key, const char *purpose, const struct text *parts,
                size_t part_n, char seal[SEAL_LEN + 1]);
// Takes equally long for every seal of the right length.
bool seal_fits(const struct seal_key *key, const char *purpose, const struct text *parts,
               size_t part_n, struct text seal);

#endif
