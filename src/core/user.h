// SPDX-License-Identifier: MIT
// What a user of the pages may be called, and what may be a password. Pure.
#ifndef FLAWLESS_CORE_USER_H
#define FLAWLESS_CORE_USER_H

#include "base/arena.h"
#include "base/error.h"

enum { USER_NAME_MAX = 254, PASSWORD_MIN = 10, PASSWORD_MAX = 1024 }; // bytes

// The name as it is kept: an e-mail address, trimmed and in lower case (ASCII). ERROR_INPUT.
bool user_read_name(struct text typed, struct arena *arena, struct text *name, struct error *error);
// Long enough, and typeable again: no control characters. There are no other rules. ERROR_INPUT.
bool user_check_password(struct text password, struct error *error);

// What a store knows a cookie or a token by: random ones, that nobody can guess from it.
struct text user_secret_digest(struct text secret, struct arena *arena);

#endif
