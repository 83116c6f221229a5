// SPDX-License-Identifier: MIT
// The first user, made by whoever has the link that the server printed at its start.
#include "base/log.h"
#include "core/user.h"
#include "io/password.h"
#include "io/store_users.h"
#include "web/access.h"
#include "web/gate.h"
#include "web/session.h"

static bool check_link(const struct page *page, struct error *error)
{
    struct user *users;
    size_t user_n;
    if (!page->settings->has_login)
        return error_set(error, ERROR_NOT_FOUND,
                         "There is no login here (web_auth = none), so there is nothing to set up");
    if (!store_list_users(page->store, page->arena, &users, &user_n, error))
        return false;
    if (user_n)
        return error_set(error, ERROR_NOT_FOUND,
                         "This link was used already: there is a user, who can sign in. More are "
                         "added with `flawless user add`");
    if (!gate_is_setup_token(page->gate, page->parameter(page, "token")))
        return error_set(error, ERROR_NOT_FOUND,
                         "This link is not the one of the server that runs now: each start prints "
                         "a new one, until there is a user. Look at the end of the log");
    return true;
}

static bool show(struct page *page, struct text problem)
{
    struct text name = page->form ? page->parameter(page, "name") : (struct text){0};
    value_set_text(page->arena, page->facts, "_name", text_clip(name, USER_NAME_MAX));
    value_set_text(page->arena, page->facts, "_token", page->parameter(page, "token"));
    value_set_int(page->arena, page->facts, "_minimum", PASSWORD_MIN);
    value_set_text(page->arena, page->facts, "error", problem);
    page_set_title(page, TEXT("Welcome to Flawless"));
    page->template = "setup";
    return true;
}

bool page_setup(struct page *page, struct error *error)
{
    return check_link(page, error) && show(page, (struct text){0});
}

struct first_user {
    struct user user;
    struct new_session session;
};

// Of two who send the form at the same time one is the first.
static bool apply(void *data, struct store *store, struct error *error)
{
    const struct first_user *first = data;
    struct arena arena = {0};
    struct user *users;
    size_t user_n;
    bool is_good = store_list_users(store, &arena, &users, &user_n, error);
    arena_release(&arena);
    if (is_good && user_n)
        return error_set(error, ERROR_REFUSED, "Somebody else has made the first user meanwhile");
    return is_good && store_add_user(store, &first->user, error) &&
           session_keep(&first->session, store, error);
}

static bool read_form(struct page *page, struct text *name, struct error *mistake)
{
    struct text password = page->parameter(page, "password");
    if (!user_read_name(page->parameter(page, "name"), page->arena, name, mistake) ||
        !user_check_password(password, mistake))
        return false;
    return text_equal(password, page->parameter(page, "again")) ||
           error_set(mistake, ERROR_INPUT, "The two passwords are not the same");
}

bool page_setup_save(struct page *page, struct error *error)
{
    struct first_user first = {.user.made_at_ms = page->now_ms};
    struct error mistake = {0};
    char hash[PASSWORD_HASH_MAX];
    if (!check_link(page, error))
        return false;
    if (!read_form(page, &first.user.name, &mistake)) {
        page->status = 400;
        return show(page, arena_printf(page->arena, "%s.", mistake.message));
    }
    password_hash(page->parameter(page, "password"), hash);
    first.user.password_hash = text_of(hash);
    session_make(page, first.user.name, &first.session);
    if (!page->settings->change(page->settings->self, apply, &first, error))
        return false;
    session_give(page, &first.session);
    log_info("%.*s is the first user", TEXT_ARG(first.user.name));
    page->location = TEXT("/");
    return true;
}
