// SPDX-License-Identifier: MIT
#include "web/access.h"

#include "web/url.h"

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

bool access_takes_form(const struct web_settings *settings, const struct visitor *visitor,
                       struct http_request *request, const struct form *form, struct error *error)
{
    if (!is_from_own_page(settings, request))
        return error_set(error, ERROR_REFUSED,
                         "This form was sent from a page of another site, so nothing was changed. "
                         "If you use Flawless through a proxy, let the option \"hostname\" say the "
                         "address that you see in the browser");
    if (!seal_fits(&settings->key, form_purpose, &visitor->bond, 1, form_get(form, "form_token")))
        return error_set(error, ERROR_REFUSED,
                         "This form is too old or was made for somebody else, so nothing was "
                         "changed. Open its page again and send it from there");
    return true;
}
