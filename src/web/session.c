// SPDX-License-Identifier: MIT
#include "web/session.h"

#include "base/hex.h"
#include "base/log.h"
#include "core/user.h"
#include "io/store_users.h"

#define COOKIE "flawless_session"

enum { COOKIE_LEN = 64 };
static const int64_t DAY_MS = 24 * 3600 * 1000;

struct text session_cookie(struct http_request *request)
{
    struct text header = http_header(request, "Cookie"), piece;
    while (text_cut(&header, ';', &piece)) {
        size_t equals = text_find(piece, '=');
        struct text value = text_trim(text_from(piece, equals + 1));
        if (text_equal(text_trim(text_until(piece, equals)), TEXT(COOKIE)) &&
            value.len == COOKIE_LEN && hex_is(value))
            return value;
    }
    return (struct text){0};
}

// ---- use ----

struct use {
    struct text digest;
    int64_t now_ms;
};

static bool apply_use(void *data, struct store *store, struct error *error)
{
    const struct use *use = data;
    return store_use_session(store, use->digest, use->now_ms, error) &&
           store_remove_idle_sessions(store, use->now_ms - SESSION_IDLE_DAYS * DAY_MS, error);
}

// Once a day is enough to tell who is idle. A page is shown whether or not this can be stored.
static void note_use(const struct page *page, const struct session *session)
{
    struct use use = {session->digest, page->now_ms};
    struct error error = {0};
    if (page->now_ms - session->used_at_ms >= DAY_MS &&
        !page->settings->change(page->settings->self, apply_use, &use, &error))
        log_warning("a session's last use cannot be stored: %s", error.message);
}

bool session_find(const struct page *page, struct text cookie, struct text *name,
                  struct error *error)
{
    struct session session;
    struct error reason = {0};
    *name = (struct text){0};
    if (!store_find_session(page->store, user_secret_digest(cookie, page->arena), page->arena,
                            &session, &reason)) {
        if (reason.kind == ERROR_NOT_FOUND)
            return true;
        *error = reason;
        return false;
    }
    if (session.used_at_ms < page->now_ms - SESSION_IDLE_DAYS * DAY_MS)
        return true;
    note_use(page, &session);
    *name = session.user_name;
    return true;
}

// ---- beginning and end ----

void session_make(const struct page *page, struct text user_name, struct new_session *session)
{
    hex_random(32, session->cookie);
    session->digest = user_secret_digest(text_of(session->cookie), page->arena);
    session->user_name = user_name;
    session->now_ms = page->now_ms;
}

bool session_keep(const struct new_session *session, struct store *store, struct error *error)
{
    const struct session kept = {session->digest, session->user_name, session->now_ms,
                                 session->now_ms};
    return store_add_session(store, &kept, error);
}

static void give_cookie(struct page *page, const char *value, int64_t seconds)
{
    page_add_header(
        page, "Set-Cookie",
        arena_printf(page->arena, COOKIE "=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
                     value, (long long)seconds, page->request->is_secure ? "; Secure" : ""));
}

void session_give(struct page *page, const struct new_session *session)
{
    give_cookie(page, session->cookie, SESSION_IDLE_DAYS * DAY_MS / 1000);
}

static bool apply_end(void *data, struct store *store, struct error *error)
{
    return store_remove_session(store, *(const struct text *)data, error);
}

bool session_end(struct page *page, struct error *error)
{
    struct text digest = user_secret_digest(session_cookie(page->request), page->arena);
    if (!page->settings->change(page->settings->self, apply_end, &digest, error))
        return false;
    give_cookie(page, "", 0);
    return true;
}
