// SPDX-License-Identifier: MIT
// The part of a store that knows who may see the pages. What io/store.h says of its functions holds
// here too: changes belong between store_begin and store_commit, errors are told as there.
#ifndef FLAWLESS_IO_STORE_USERS_H
#define FLAWLESS_IO_STORE_USERS_H

#include "base/seal.h"
#include "io/store.h"

struct user {
    struct text name;          // core/user.h says which; the store compares bytes
    struct text password_hash; // as io/password.h writes it
    bool has_token;
    int64_t made_at_ms;
};

bool store_add_user(struct store *store, const struct user *user,
                    struct error *error); // without a token; ERROR_REFUSED: the name is taken
// Sessions and the token go too. ERROR_NOT_FOUND.
bool store_remove_user(struct store *store, struct text name, struct error *error);
// Ends the user's sessions. ERROR_NOT_FOUND.
bool store_set_password(struct store *store, struct text name, struct text password_hash,
                        struct error *error);
// digest: of the token, in the place of an earlier one; empty: none any more. ERROR_NOT_FOUND.
bool store_set_token(struct store *store, struct text name, struct text digest,
                     struct error *error);

bool store_find_user(struct store *store, struct text name, struct arena *arena, struct user *user,
                     struct error *error); // ERROR_NOT_FOUND
bool store_find_token_user(struct store *store, struct text digest, struct arena *arena,
                           struct user *user, struct error *error); // ERROR_NOT_FOUND
bool store_list_users(struct store *store, struct arena *arena, struct user **users, size_t *user_n,
                      struct error *error); // by name

struct session {
    struct text digest; // of what the cookie holds
    struct text user_name;
    int64_t begun_at_ms, used_at_ms;
};

// ERROR_NOT_FOUND: there is no such user (any more).
bool store_add_session(struct store *store, const struct session *session, struct error *error);
bool store_find_session(struct store *store, struct text digest, struct arena *arena,
                        struct session *session, struct error *error); // ERROR_NOT_FOUND
// None of these minds when there is no such session.
bool store_use_session(struct store *store, struct text digest, int64_t used_at_ms,
                       struct error *error);
bool store_remove_session(struct store *store, struct text digest, struct error *error);
bool store_remove_idle_sessions(struct store *store, int64_t used_before_ms, struct error *error);

// What forms and links are signed with; made by the first call. Its own transaction, as
// store_keep_project.
bool store_keep_seal_key(struct store *store, struct seal_key *key, struct error *error);

#endif
