// SPDX-License-Identifier: MIT
// What store_sqlite_users.c provides to store_sqlite_ops.
#ifndef FLAWLESS_IO_STORE_SQLITE_USERS_H
#define FLAWLESS_IO_STORE_SQLITE_USERS_H

#include "io/store_sqlite.h"

bool sqlite_add_user(struct store *store, const struct user *user, struct error *error);
bool sqlite_remove_user(struct store *store, struct text name, struct error *error);
bool sqlite_set_password(struct store *store, struct text name, struct text password_hash,
                         struct error *error);
bool sqlite_set_token(struct store *store, struct text name, struct text digest,
                      struct error *error);
bool sqlite_find_user(struct store *store, struct text name, struct arena *arena, struct user *user,
                      struct error *error);
bool sqlite_find_token_user(struct store *store, struct text digest, struct arena *arena,
                            struct user *user, struct error *error);
bool sqlite_list_users(struct store *store, struct arena *arena, struct user **users,
                       size_t *user_n, struct error *error);
bool sqlite_add_session(struct store *store, const struct session *session, struct error *error);
bool sqlite_find_session(struct store *store, struct text digest, struct arena *arena,
                         struct session *session, struct error *error);
bool sqlite_use_session(struct store *store, struct text digest, int64_t used_at_ms,
                        struct error *error);
bool sqlite_remove_session(struct store *store, struct text digest, struct error *error);
bool sqlite_remove_idle_sessions(struct store *store, int64_t used_before_ms, struct error *error);
bool sqlite_keep_seal_key(struct store *store, struct seal_key *key, struct error *error);

#endif
