// SPDX-License-Identifier: MIT
// Who is signed in: a random cookie in the browser, its digest in the store. Inside src/web only.
#ifndef FLAWLESS_WEB_SESSION_H
#define FLAWLESS_WEB_SESSION_H

#include "web/page.h"

enum { SESSION_IDLE_DAYS = 30 };

struct text session_cookie(struct http_request *request); // empty when there is none of ours
// *name: of who is signed in; empty when nobody is. False only when the store fails.
bool session_find(const struct page *page, struct text cookie, struct text *name,
                  struct error *error);

// A new session: what the store is to hold, and the cookie for the answer. The cookie that the
// request came with is never taken over.
struct new_session {
    char cookie[65];
    struct text digest, user_name;
    int64_t now_ms;
};
void session_make(const struct page *page, struct text user_name, struct new_session *session);
// Inside a change. ERROR_NOT_FOUND: the user is gone.
bool session_keep(const struct new_session *session, struct store *store, struct error *error);
void session_give(struct page *page, const struct new_session *session);

// Forgets the session in the store and takes back its cookie.
bool session_end(struct page *page, struct error *error);

#endif
