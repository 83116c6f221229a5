// SPDX-License-Identifier: MIT
// Who asks, and what they may do. Inside src/web only.
#ifndef FLAWLESS_WEB_ACCESS_H
#define FLAWLESS_WEB_ACCESS_H

#include "base/seal.h"
#include "web/form.h"
#include "web/web.h"

enum visitor_kind {
    VISITOR_LOCAL, // everybody, where there is no login
};

struct visitor {
    enum visitor_kind kind;
    struct text name; // for the audit
    struct text bond; // what the tokens of this visitor's forms are bound to
};

// The token that every form carries (templates/form_token.html), so that only forms of our own
// pages, made for this visitor, are taken.
struct text access_form_token(const struct web_settings *settings, const struct visitor *visitor,
                              struct arena *arena);
// Asked once for each form, before anything is changed. False: ERROR_REFUSED, in words for the
// reader.
bool access_takes_form(const struct web_settings *settings, const struct visitor *visitor,
                       struct http_request *request, const struct form *form, struct error *error);

#endif
