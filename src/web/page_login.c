// SPDX-License-Identifier: MIT
// Signing in and out.
#include "base/log.h"
#include "core/user.h"
#include "io/password.h"
#include "io/store_users.h"
#include "web/access.h"
#include "web/gate.h"
#include "web/session.h"

enum { NEXT_MAX = 8 * 1024 };

// Where to go afterwards: a path of ours. "//host" and "/\host" are not: browsers take both for
// another machine, and leave out control characters before they look.
static struct text next_of(const struct page *page)
{
    struct text next = page->parameter(page, "next");
    bool is_ours = next.len && next.len <= NEXT_MAX && next.at[0] == '/' &&
                   !(next.len > 1 && next.at[1] == '/');
    for (size_t i = 0; i < next.len; i++)
        if (next.at[i] <= ' ' || next.at[i] > '~' || next.at[i] == '\\')
            is_ours = false;
    return is_ours ? next : TEXT("/");
}

static bool show(struct page *page, struct text problem, struct error *error)
{
    struct user *users;
    size_t user_n;
    if (!store_list_users(page->store, page->arena, &users, &user_n, error))
        return false;
    struct text name = page->form ? page->parameter(page, "name") : (struct text){0};
    value_set_text(page->arena, page->facts, "_name", text_clip(name, USER_NAME_MAX));
    value_set_text(page->arena, page->facts, "_next", next_of(page));
    value_set_text(page->arena, page->facts, "error", problem);
    value_set_bool(page->arena, page->facts, "_has_users", user_n > 0);
    page_set_title(page, TEXT("Sign in"));
    page->template = "login";
    return true;
}

bool page_login(struct page *page, struct error *error)
{
    if (page->visitor->kind >= VISITOR_PERSON)
        page->location = next_of(page);
    return page->location.len || show(page, (struct text){0}, error);
}

static bool refuse(struct page *page, int status, struct text problem, struct error *error)
{
    page->status = status;
    return show(page, problem, error);
}

static bool refuse_for_now(struct page *page, struct text name, int64_t wait_ms,
                           struct error *error)
{
    int64_t wait_s = (wait_ms + 999) / 1000;
    log_warning("%.*s: too many attempts to sign in as %.*s", TEXT_ARG(page->request->peer),
                TEXT_ARG(name));
    page_add_header(page, "Retry-After", arena_printf(page->arena, "%lld", (long long)wait_s));
    return refuse(page, 429,
                  arena_printf(page->arena,
                               "Too many attempts from your address or with this name. Try again "
                               "in %lld seconds.",
                               (long long)wait_s),
                  error);
}

static bool apply_begin(void *data, struct store *store, struct error *error)
{
    return session_keep(data, store, error);
}

static bool sign_in(struct page *page, struct text name, struct error *error)
{
    struct new_session session;
    session_make(page, name, &session);
    if (!page->settings->change(page->settings->self, apply_begin, &session, error))
        return false;
    session_give(page, &session);
    log_info("%.*s signed in from %.*s", TEXT_ARG(name), TEXT_ARG(page->request->peer));
    page->location = next_of(page);
    return true;
}

// Who is no user has no hash, which fits nothing.
static bool find_hash(struct page *page, struct text name, struct text *hash, struct error *error)
{
    struct user user = {0};
    struct error reason = {0};
    bool is_found = store_find_user(page->store, name, page->arena, &user, &reason);
    *hash = user.password_hash;
    if (!is_found && reason.kind != ERROR_NOT_FOUND)
        *error = reason;
    return is_found || reason.kind == ERROR_NOT_FOUND;
}

bool page_login_save(struct page *page, struct error *error)
{
    struct text name = TEXT("?"), hash, password = page->parameter(page, "password");
    if (page->visitor->kind == VISITOR_LOCAL) {
        page->location = TEXT("/");
        return true;
    }
    user_read_name(page->parameter(page, "name"), page->arena, &name, NULL); // else nobody's
    int64_t wait_ms = gate_take_attempt(page->gate, page->request, name, page->now_ms);
    if (wait_ms)
        return refuse_for_now(page, name, wait_ms, error);
    if (!find_hash(page, name, &hash, error))
        return false;
    if (!password_fits(text_until(password, PASSWORD_MAX + 1), hash)) {
        log_warning("%.*s: wrong password for %.*s", TEXT_ARG(page->request->peer), TEXT_ARG(name));
        return refuse(page, 403, TEXT("The name or the password is wrong."), error);
    }
    gate_forgive(page->gate, page->request, name, page->now_ms);
    return sign_in(page, name, error);
}

bool page_logout_save(struct page *page, struct error *error)
{
    page->location = TEXT("/");
    if (page->visitor->kind != VISITOR_PERSON)
        return true;
    page->location = TEXT("/login");
    return session_end(page, error);
}
