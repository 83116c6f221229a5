// SPDX-License-Identifier: MIT
// Hashes of passwords: argon2id of libsodium, 19 MiB and two passes each. One is made at a time in
// the whole process, whoever asks, so strangers who try passwords cost a bounded memory.
#ifndef FLAWLESS_IO_PASSWORD_H
#define FLAWLESS_IO_PASSWORD_H

#include "base/text.h"

enum { PASSWORD_HASH_MAX = 128 }; // bytes with the final NUL

void password_hash(struct text password, char hash[PASSWORD_HASH_MAX]);
// An empty hash fits nothing, and takes as long as any other: who asks does not learn from the time
// whether there is such a user.
bool password_fits(struct text password, struct text hash);

#endif
