// SPDX-License-Identifier: MIT
#include "io/store_sqlite_users.h"

// ---- users ----

#define USER_COLUMNS "name, password_hash, token_digest <> '', made_at_ms"

static void read_user(struct query *q, struct arena *arena, struct user *user)
{
    user->name = query_text(q, arena);
    user->password_hash = query_text(q, arena);
    user->has_token = query_int(q);
    user->made_at_ms = query_int(q);
}

static bool read_one_user(struct query *q, struct arena *arena, struct user *user,
                          struct error *error)
{
    enum step step = query_step(q, error);
    if (step == STEP_DONE)
        error_set(error, ERROR_NOT_FOUND, "there is no such user");
    if (step != STEP_ROW)
        return false;
    read_user(q, arena, user);
    query_close(q);
    return true;
}

bool sqlite_find_user(struct store *store, struct text name, struct arena *arena, struct user *user,
                      struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_FIND_USER,
                                "SELECT " USER_COLUMNS " FROM users WHERE name = ?1");
    query_add_text(&q, name);
    return read_one_user(&q, arena, user, error);
}

bool sqlite_find_token_user(struct store *store, struct text digest, struct arena *arena,
                            struct user *user, struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_FIND_TOKEN_USER,
                                "SELECT " USER_COLUMNS
                                " FROM users WHERE token_digest = ?1 AND token_digest <> ''");
    query_add_text(&q, digest);
    return read_one_user(&q, arena, user, error);
}

bool sqlite_list_users(struct store *store, struct arena *arena, struct user **users,
                       size_t *user_n, struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_LIST_USERS,
                                "SELECT " USER_COLUMNS " FROM users ORDER BY name");
    size_t n = 0, cap = 0;
    struct user *list = NULL;
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW) {
        list = list_grow(arena, list, sizeof *list, n, &cap);
        read_user(&q, arena, &list[n++]);
    }
    *users = list;
    *user_n = n;
    return step == STEP_DONE;
}

bool sqlite_add_user(struct store *store, const struct user *user, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q = query_open(s, SQL_ADD_USER,
                                "INSERT INTO users (name, password_hash, token_digest, made_at_ms)"
                                " VALUES (?1, ?2, '', ?3) ON CONFLICT (name) DO NOTHING");
    query_add_text(&q, user->name);
    query_add_text(&q, user->password_hash);
    query_add_int(&q, user->made_at_ms);
    return query_run(&q, error) &&
           (sqlite3_changes(s->db) == 1 ||
            error_set(error, ERROR_REFUSED, "there is a user %.*s already", TEXT_ARG(user->name)));
}

static bool end_sessions(struct sqlite_store *s, struct text user_name, struct error *error)
{
    struct query q = query_open(s, SQL_END_SESSIONS, "DELETE FROM sessions WHERE user_name = ?1");
    query_add_text(&q, user_name);
    return query_run(&q, error);
}

// After a statement that changes the user's row.
static bool was_there(struct sqlite_store *s, struct text name, struct error *error)
{
    return sqlite3_changes(s->db) == 1 ||
           error_set(error, ERROR_NOT_FOUND, "there is no user %.*s", TEXT_ARG(name));
}

bool sqlite_remove_user(struct store *store, struct text name, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error) || !end_sessions(s, name, error))
        return false;
    struct query q = query_open(s, SQL_REMOVE_USER, "DELETE FROM users WHERE name = ?1");
    query_add_text(&q, name);
    return query_run(&q, error) && was_there(s, name, error);
}

bool sqlite_set_password(struct store *store, struct text name, struct text password_hash,
                         struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error) || !end_sessions(s, name, error))
        return false;
    struct query q =
        query_open(s, SQL_SET_PASSWORD, "UPDATE users SET password_hash = ?2 WHERE name = ?1");
    query_add_text(&q, name);
    query_add_text(&q, password_hash);
    return query_run(&q, error) && was_there(s, name, error);
}

bool sqlite_set_token(struct store *store, struct text name, struct text digest,
                      struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q =
        query_open(s, SQL_SET_TOKEN, "UPDATE users SET token_digest = ?2 WHERE name = ?1");
    query_add_text(&q, name);
    query_add_text(&q, digest);
    return query_run(&q, error) && was_there(s, name, error);
}

// ---- sessions ----

bool sqlite_add_session(struct store *store, const struct session *session, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q = query_open(s, SQL_ADD_SESSION,
                                "INSERT INTO sessions (digest, user_name, begun_at_ms, used_at_ms)"
                                " SELECT ?1, name, ?3, ?4 FROM users WHERE name = ?2");
    query_add_text(&q, session->digest);
    query_add_text(&q, session->user_name);
    query_add_int(&q, session->begun_at_ms);
    query_add_int(&q, session->used_at_ms);
    return query_run(&q, error) && was_there(s, session->user_name, error);
}

bool sqlite_find_session(struct store *store, struct text digest, struct arena *arena,
                         struct session *session, struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_FIND_SESSION,
                                "SELECT digest, user_name, begun_at_ms, used_at_ms FROM sessions"
                                " WHERE digest = ?1");
    query_add_text(&q, digest);
    enum step step = query_step(&q, error);
    if (step == STEP_DONE)
        error_set(error, ERROR_NOT_FOUND, "there is no such session");
    if (step != STEP_ROW)
        return false;
    session->digest = query_text(&q, arena);
    session->user_name = query_text(&q, arena);
    session->begun_at_ms = query_int(&q);
    session->used_at_ms = query_int(&q);
    query_close(&q);
    return true;
}

bool sqlite_use_session(struct store *store, struct text digest, int64_t used_at_ms,
                        struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q =
        query_open(s, SQL_USE_SESSION, "UPDATE sessions SET used_at_ms = ?2 WHERE digest = ?1");
    query_add_text(&q, digest);
    query_add_int(&q, used_at_ms);
    return query_run(&q, error);
}

bool sqlite_remove_session(struct store *store, struct text digest, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q = query_open(s, SQL_REMOVE_SESSION, "DELETE FROM sessions WHERE digest = ?1");
    query_add_text(&q, digest);
    return query_run(&q, error);
}

bool sqlite_remove_idle_sessions(struct store *store, int64_t used_before_ms, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q =
        query_open(s, SQL_REMOVE_IDLE_SESSIONS, "DELETE FROM sessions WHERE used_at_ms < ?1");
    query_add_int(&q, used_before_ms);
    return query_run(&q, error);
}

// ---- the key ----

static bool find_key(struct sqlite_store *s, struct seal_key *key, bool *is_found,
                     struct error *error)
{
    struct query q =
        query_open(s, SQL_FIND_SEAL_KEY, "SELECT seal_key FROM seal_keys WHERE id = 1");
    enum step step = query_step(&q, error);
    *is_found = step == STEP_ROW;
    if (!*is_found)
        return step == STEP_DONE;
    bool is_good = seal_key_read(query_borrow(&q), key);
    query_close(&q);
    return is_good || error_set(error, ERROR_CONFIG,
                                "store %s: the key in seal_keys is damaged: restore a backup, or "
                                "delete the row, which ends what links in letters may do",
                                s->path);
}

static bool make_key(struct sqlite_store *s, struct error *error)
{
    struct seal_key key;
    char hex[65];
    seal_key_make(&key);
    seal_key_write(&key, hex);
    struct query q = query_open(s, SQL_MAKE_SEAL_KEY,
                                "INSERT INTO seal_keys (id, seal_key) VALUES (1, ?1)"
                                " ON CONFLICT (id) DO NOTHING");
    query_add_text(&q, text_of(hex));
    return query_run(&q, error);
}

bool sqlite_keep_seal_key(struct store *store, struct seal_key *key, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    bool is_found = false;
    if (!find_key(s, key, &is_found, error))
        return false;
    if (is_found)
        return true;
    if (sqlite_start(s, error) && make_key(s, error) && find_key(s, key, &is_found, error) &&
        sqlite_commit(store, error))
        return true;
    sqlite_rollback(store);
    return false;
}
