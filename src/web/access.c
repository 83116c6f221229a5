// SPDX-License-Identifier: MIT
#include "web/access.h"

#include "core/user.h"
#include "io/store_users.h"
#include "web/guard.h"
#include "web/session.h"
#include "web/url.h"

// ---- who asks ----

static const char scheme[] = "Bearer ";

static bool find_script(const struct page *page, struct text authorization, struct visitor *visitor,
                        struct error *error)
{
    struct text token = text_trim(text_from(authorization, sizeof scheme - 1));
    struct user user;
    struct error reason = {0};
    if (store_find_token_user(page->store, user_secret_digest(token, page->arena), page->arena,
                              &user, &reason)) {
        visitor->kind = VISITOR_SCRIPT;
        visitor->name = user.name;
        return true;
    }
    if (reason.kind == ERROR_NOT_FOUND)
        return true;
    *error = reason;
    return false;
}

static struct text get_parameter(const void *self, const char *name)
{
    const struct page *page = self;
    return page->parameter(page, name);
}

static bool has_signed_link(const struct page *page, struct text signature)
{
    return link_is_signed(&page->settings->key, page->project->id, page->request->path,
                          (struct link_parameters){page, get_parameter}, signature);
}

static bool is_bearer(struct text authorization)
{
    return text_equal_nocase(text_until(authorization, sizeof scheme - 1), text_of(scheme));
}

bool access_find_visitor(const struct page *page, struct visitor *visitor, struct error *error)
{
    struct text authorization = http_header(page->request, "Authorization");
    struct text cookie = session_cookie(page->request);
    struct text signature = page->parameter(page, "signature");
    *visitor = (struct visitor){.kind = VISITOR_STRANGER, .bond = TEXT("stranger")};
    if (!page->settings->has_login)
        *visitor = (struct visitor){VISITOR_LOCAL, TEXT("local"), TEXT("local")};
    else if (is_bearer(authorization))
        return find_script(page, authorization, visitor, error);
    else if (cookie.len && !session_find(page, cookie, &visitor->name, error))
        return false;
    else if (visitor->name.len)
        *visitor = (struct visitor){VISITOR_PERSON, visitor->name, cookie};
    else if (signature.len && has_signed_link(page, signature))
        *visitor = (struct visitor){VISITOR_LINK, TEXT("somebody with a letter's link"), signature};
    return true;
}

bool access_may_enter(const struct page *page, enum openness openness)
{
    struct guard_refusal refusal;
    switch (page->visitor->kind) {
    case VISITOR_LOCAL:
    case VISITOR_PERSON: return true;
    case VISITOR_SCRIPT: return !page->form;
    case VISITOR_LINK: return openness == OPEN_BY_LINK || openness == OPEN_TO_ALL;
    case VISITOR_STRANGER: break;
    }
    return openness == OPEN_TO_ALL ||
           (openness == OPEN_TO_MACHINE && guard_lets_in(page->settings, page->request, &refusal));
}

struct text access_sign(const struct page *page, struct text path, const struct link_parameters *to)
{
    char signature[SEAL_LEN + 1];
    if (page->visitor->kind != VISITOR_LINK ||
        !link_sign(&page->settings->key, page->project->id, path, *to, signature))
        return (struct text){0};
    return arena_copy(page->arena, text_of(signature));
}

// ---- forms ----

static const char form_purpose[] = "form";

struct text access_form_token(const struct web_settings *settings, const struct visitor *visitor,
                              struct arena *arena)
{
    char token[SEAL_LEN + 1];
    seal_write(&settings->key, form_purpose, &visitor->bond, 1, token);
    return arena_copy(arena, text_of(token));
}

// What browsers tell of the page that has the form; other programs tell nothing. A proxy may ask us
// under another name than its visitors, so the name that letters give counts, too.
static bool is_from_own_page(const struct web_settings *settings, struct http_request *request)
{
    struct text site = http_header(request, "Sec-Fetch-Site");
    struct text origin = http_header(request, "Origin");
    if (site.len && !text_equal(site, TEXT("same-origin")) && !text_equal(site, TEXT("none")))
        return false;
    struct text authority = url_authority(origin);
    return !origin.len || text_equal_nocase(authority, http_header(request, "Host")) ||
           text_equal_nocase(authority, url_authority(settings->base_url));
}

bool access_takes_form(const struct page *page, struct error *error)
{
    const struct web_settings *settings = page->settings;
    if (!is_from_own_page(settings, page->request))
        return error_set(error, ERROR_REFUSED,
                         "This form was sent from a page of another site, so nothing was changed. "
                         "If you use Flawless through a proxy, let the option \"hostname\" say the "
                         "address that you see in the browser");
    if (!seal_fits(&settings->key, form_purpose, &page->visitor->bond, 1,
                   form_get(page->form, "form_token")))
        return error_set(error, ERROR_REFUSED,
                         "This form is too old or was made for somebody else, so nothing was "
                         "changed. Open its page again and send it from there");
    return true;
}
